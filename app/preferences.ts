// How the room looks and listens on this device, kept in cookies so that the first paint is right and no script is needed.

/** `system` follows the machine; the others are chosen and remembered. */
export const themes = ['system', 'dark', 'light', 'contrast'] as const;
export type Theme = (typeof themes)[number];

/** 44 px for every target, or as much on one screen as a mouse can hit. */
const densities = ['comfortable', 'compact'] as const;
export type Density = (typeof densities)[number];

/** Whether single letters are keys (WCAG 2.1.4). */
const keyChoices = ['on', 'off'] as const;
export type KeyChoice = (typeof keyChoices)[number];

export interface Preferences {
  readonly theme: Theme;
  readonly density: Density;
  readonly keys: KeyChoice;
}

interface Choice {
  readonly word: string;
  readonly meaning: string;
}

export const preferenceWords: { readonly [Name in keyof Preferences]: Record<Preferences[Name], Choice> } = {
  theme: {
    system: { word: 'System', meaning: 'Follow what the machine says.' },
    dark: { word: 'Dark', meaning: 'The control room at night.' },
    light: { word: 'Light', meaning: 'The same rules on white.' },
    contrast: { word: 'High contrast', meaning: 'White on black, every line drawn.' },
  },
  density: {
    comfortable: { word: 'Comfortable', meaning: 'Every target is 44 px high.' },
    compact: {
      word: 'Compact',
      meaning:
        'More rows for a mouse: targets of 28 px. The exception to the 44 px rule; a touch screen stays comfortable.',
    },
  },
  keys: {
    on: { word: 'On', meaning: 'Letters go, move and select; ? shows them all.' },
    off: { word: 'Off', meaning: 'Letters do nothing; the palette still opens with Ctrl K.' },
  },
};

/** Cookies or form fields as preferences; what is unknown is the default. */
export function preferencesFrom(values: { [Name in keyof Preferences]?: unknown }): Preferences {
  return {
    theme: themes.find((one) => one === values.theme) ?? 'system',
    density: densities.find((one) => one === values.density) ?? 'comfortable',
    keys: keyChoices.find((one) => one === values.keys) ?? 'on',
  };
}
