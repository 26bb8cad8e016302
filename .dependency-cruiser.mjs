// The import rule of the house: arrows are imports, none points the other way. `npm run lint` runs it and
// scripts/import-rule.test.ts proves that it fails on a breach.

// Tests stand beside the code and compose what they test; shared test code is named `testing` or `…-testing`.
const TEST = '(\\.test\\.tsx?$|[/-]testing(/|\\.tsx?$)|^app/test-setup\\.ts$)';
const PORTS = '^server/application/(ports|[a-z-]+-port)\\.ts$';
const ROOM = '^(app|server|db|e2e|bench)/';
// An import that leads nowhere is the rule `resolvable`'s affair.
const EXTERNAL = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown', 'core'];

/** The modules of these packages: at the top of node_modules, or typed by @types. */
const packages = (...names) => `node_modules/(@types/)?(${names.join('|')})(/|$)`;

/** A room imports only the listed rooms (values and types), and the types of some more. */
function room(name, from, { values, types = [], comment }) {
  return [
    {
      name: `${name}-values`,
      severity: 'error',
      comment,
      from: { path: from, pathNot: TEST },
      to: { path: ROOM, pathNot: values, dependencyTypesNot: ['type-only'] },
    },
    {
      name: `${name}-types`,
      severity: 'error',
      comment,
      from: { path: from, pathNot: TEST },
      to: { path: ROOM, pathNot: [...values, ...types], dependencyTypes: ['type-only'] },
    },
  ];
}

/** A room uses only the listed packages, and Node's own modules only where said. */
function onlyPackages(name, from, names, { node = false, pathNot = [] } = {}) {
  return {
    name: `${name}-packages`,
    severity: 'error',
    comment: `Only these packages belong here: ${names.join(', ')}.`,
    from: { path: from, pathNot: [TEST, ...pathNot] },
    to: {
      dependencyTypes: EXTERNAL.filter((type) => !node || type !== 'core'),
      pathNot: [packages(...names), '^virtual:', '\\+types/'],
    },
  };
}

const COMPONENTS = '^app/(components|hooks)/';
const ENTRY = '^server/(index|services|engine|outside|web|local|loops|admin-cli)(/|\\.ts$)';

export default {
  forbidden: [
    ...room('domain', '^server/domain/', {
      values: ['^server/domain/'],
      comment: 'The domain is what is true: it knows only itself.',
    }),
    onlyPackages('domain', '^server/domain/', ['zod']),

    ...room('application', '^server/application/', {
      values: ['^server/domain/', '^server/application/'],
      comment: 'Services reach the world through ports.ts only.',
    }),
    onlyPackages('application', '^server/application/', ['zod']),

    ...room('infrastructure', '^server/infrastructure/', {
      values: ['^server/infrastructure/', '^server/domain/', '^db/', '^server/(config|log)\\.ts$'],
      types: [PORTS],
      comment: 'Infrastructure implements the ports; it calls no service.',
    }),

    ...room('http', '^server/http/', {
      values: ['^server/http/', '^server/domain/', '^server/(config|log)\\.ts$'],
      types: ['^server/application/'],
      comment: 'HTTP speaks to the services it is given.',
    }),
    onlyPackages('http', '^server/http/', ['express', 'express-serve-static-core', 'zod', 'helmet'], { node: true }),

    ...room('client', '^server/client/', {
      values: ['^server/client/'],
      comment: 'The command line knows only what the API tells.',
    }),
    onlyPackages('client', '^server/client/', ['commander', 'eventsource-parser'], { node: true }),

    ...room('config-and-log', '^server/(config|config-values|config-sign-on|log)\\.ts$', {
      values: ['^server/domain/', '^server/(config|config-values|config-sign-on|log)\\.ts$'],
      comment: 'Configuration and log stand below every other room.',
    }),

    ...room('composition', ['^server/[a-z0-9-]+\\.ts$', ENTRY], {
      values: ['^server/', '^db/'],
      comment: 'The server loads no page: the pages come as a build.',
    }),
    {
      name: 'only-the-composition-composes',
      severity: 'error',
      comment: 'server/index.ts builds everything once; other rooms are handed what they need.',
      from: { path: '^(app|server|db)/', pathNot: [TEST, ENTRY] },
      to: { path: ENTRY, dependencyTypesNot: ['type-only'] },
    },

    ...room('db', '^db/', {
      values: ['^db/', '^server/domain/'],
      comment: 'The database knows the arrays of the domain and nothing above it.',
    }),
    onlyPackages('db', '^db/', ['drizzle-orm', 'drizzle-kit', '@electric-sql/pglite', 'postgres'], { node: true }),

    ...room('app', '^app/', {
      values: ['^app/', '^server/domain/'],
      types: ['^server/services\\.ts$', '^server/application/'],
      comment: 'Pages get their services from the request context; a value import would build them twice.',
    }),
    onlyPackages(
      'app',
      '^app/',
      [
        'react',
        'react-dom',
        'react-router',
        '@react-router/[a-z]+',
        '@conform-to/[a-z]+',
        'zod',
        'remix-auth',
        'remix-auth-form',
        'isbot',
        'get-nonce',
        'refractor',
        '@fontsource/[a-z-]+',
      ],
      { node: true, pathNot: [COMPONENTS] },
    ),
    {
      name: 'app-node',
      severity: 'error',
      comment: 'Pages run in the browser too: Node belongs in *.server files.',
      from: { path: '^app/', pathNot: [TEST, '\\.server\\.tsx?$'] },
      to: { dependencyTypes: ['core'] },
    },

    ...room('components', COMPONENTS, {
      values: ['^app/', '^server/domain/'],
      comment: 'Components know the domain, not the services.',
    }),
    {
      name: 'components-routes',
      severity: 'error',
      comment: 'Routes use components, never the other way.',
      from: { path: COMPONENTS, pathNot: TEST },
      to: { path: '^app/(routes/|routes\\.ts$|root\\.tsx$|.*\\.server\\.tsx?$)' },
    },
    onlyPackages('components', COMPONENTS, [
      'react',
      'react-dom',
      'react-router',
      'radix-ui',
      '@radix-ui/[a-z-]+',
      'socket\\.io-client',
      '@conform-to/[a-z]+',
      '@xyflow/react',
      '@tanstack/react-virtual',
      'react-resizable-panels',
      'react-diff-view',
      'gitdiff-parser',
      'class-variance-authority',
      'clsx',
      'get-nonce',
    ]),

    {
      name: 'journeys',
      severity: 'error',
      comment: 'Journeys use what the product shows to everyone.',
      from: { path: '^e2e/' },
      to: { path: '^(app|server|db|bench)/' },
    },
    {
      name: 'benches',
      severity: 'error',
      comment:
        'Benches use what the product shows, and measure the store, the locks and the pure domain by themselves.',
      from: { path: '^bench/' },
      to: {
        path: '^(app|server|db)/',
        pathNot: ['^server/infrastructure/(store|coordination)/', '^server/domain/', '^db/'],
      },
    },

    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      comment: 'What runs in production does not stand on test code.',
      from: { path: '^(app|server|db)/', pathNot: TEST },
      to: { path: TEST },
    },
    {
      name: 'no-development-package-in-the-product',
      severity: 'error',
      comment: 'A package the running product imports belongs in dependencies; only the development server loads vite.',
      from: { path: '^(app|server|db)/', pathNot: [TEST, '^app/routes\\.ts$', 'drizzle\\.config\\.ts$'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: packages('vite') },
    },
    {
      name: 'no-circle',
      severity: 'error',
      comment: 'Modules that need each other are one module, or need a third.',
      from: { path: ROOM },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'An import leads somewhere.',
      from: { path: ROOM },
      to: { couldNotResolve: true, pathNot: ['\\+types/', '^virtual:'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^build/', '^\\.react-router/', '\\+types/', '^virtual:', '^db/migrations/'] },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    skipAnalysisNotInRules: false,
  },
};
