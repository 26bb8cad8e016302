import type { BlueprintFiles } from '../../application/blueprint-port.ts';
import { createGit } from '../git/git-command.ts';
import { createReachability, type MayReach } from '../git/reachability.ts';
import { createDirectorySource } from './directory.ts';
import { createGitSource } from './git.ts';
import { createHttpsSource } from './https.ts';
import { writeYaml } from './write-yaml.ts';
import { readYaml } from './yaml.ts';

export interface BlueprintFilesOptions {
  dataDir: string;
  /** The folder imports may read; null: none. */
  directory: string | null;
  /** Hosts and networks that may be called although they are private. */
  outboundAllow: readonly string[];
  mayReach?: MayReach;
  environment?: NodeJS.ProcessEnv;
  /** Bound on the network calls of one import. */
  networkSeconds?: number;
  /** Certificates to trust beside the system's. */
  ca?: string;
}

/** Blueprints as files, here and elsewhere. */
export function createBlueprintFiles(options: BlueprintFilesOptions): BlueprintFiles {
  const mayReach = options.mayReach ?? createReachability(options.outboundAllow);
  const networkMs = (options.networkSeconds ?? 60) * 1000;
  const git = createGit(options.environment ?? process.env);
  return {
    readYaml,
    writeYaml,
    sources: {
      directory: createDirectorySource(options.directory),
      git: createGitSource({ git, dataDir: options.dataDir, mayReach, networkMs }),
      https: createHttpsSource({ mayReach, networkMs, ...(options.ca !== undefined && { ca: options.ca }) }),
    },
  };
}
