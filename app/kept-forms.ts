/** The name and text of each filled control, in the form's order. */
export type KeptForm = readonly (readonly [name: string, value: string])[];

/** Forms that hold something a person entered; those of a single button do not. */
export function formsOf(root: ParentNode): HTMLFormElement[] {
  return [...root.querySelectorAll<HTMLFormElement>('main form')].filter((form) => controlsOf(form).length > 0);
}

/** Which form of its page it is: its id, else its address and what it asks for. */
export function formKey(form: HTMLFormElement): string {
  if (form.id !== '' && !/^[:_]?[rR«]/.test(form.id)) return form.id;
  const names = controlsOf(form).map((control) => control.name);
  return `${form.getAttribute('action') ?? ''} ${names.join(' ')}`;
}

/** Whether it was changed since the page showed it, and holds no password. */
export function worthKeeping(form: HTMLFormElement): boolean {
  const controls = controlsOf(form);
  if (controls.some((control) => control.type === 'password')) return false;
  return controls.some((control) => {
    if (control instanceof HTMLSelectElement)
      return [...control.options].some((option) => option.selected !== option.defaultSelected);
    if (control instanceof HTMLInputElement && (control.type === 'checkbox' || control.type === 'radio'))
      return control.checked !== control.defaultChecked;
    return control.value !== control.defaultValue;
  });
}

/** Puts what was kept back; a control that has been filled meanwhile, and a choice that is gone, stay as they are. */
export function refill(form: HTMLFormElement, kept: KeptForm): void {
  const values = new Map<string, string[]>();
  for (const [name, value] of kept) values.set(name, [...(values.get(name) ?? []), value]);
  for (const control of controlsOf(form)) {
    const own = values.get(control.name);
    if (control instanceof HTMLInputElement && (control.type === 'checkbox' || control.type === 'radio')) {
      if (control.checked === control.defaultChecked) control.checked = own?.includes(control.value) ?? false;
    } else if (control instanceof HTMLSelectElement) {
      if ([...control.options].some((option) => option.value === own?.[0])) control.value = own?.[0] ?? '';
    } else if (own?.[0] !== undefined && control.value === control.defaultValue) {
      control.value = own[0];
      control.dispatchEvent(new Event('input', { bubbles: true }));
    }
  }
}

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const noText = ['hidden', 'submit', 'button', 'reset', 'image', 'file'];

function controlsOf(form: HTMLFormElement): Control[] {
  return [...form.elements].filter(
    (element): element is Control =>
      element instanceof HTMLTextAreaElement ||
      element instanceof HTMLSelectElement ||
      (element instanceof HTMLInputElement && !noText.includes(element.type)),
  );
}
