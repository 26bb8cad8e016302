/** `system` follows the machine; the others are chosen and remembered. */
export const themes = ['system', 'dark', 'light', 'contrast'] as const;
export type Theme = (typeof themes)[number];

export const themeWords: Record<Theme, { word: string; meaning: string }> = {
  system: { word: 'System', meaning: 'Follow what the machine says.' },
  dark: { word: 'Dark', meaning: 'The control room at night.' },
  light: { word: 'Light', meaning: 'The same rules on white.' },
  contrast: { word: 'High contrast', meaning: 'White on black, every line drawn.' },
};

/** What a cookie or a form says, or `system`. */
export function themeFrom(value: unknown): Theme {
  return themes.find((theme) => theme === value) ?? 'system';
}
