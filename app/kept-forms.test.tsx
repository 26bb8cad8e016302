import { beforeEach, expect, test } from 'vitest';
import { formKey, formsOf, type KeptForm, refill, worthKeeping } from './kept-forms.ts';

const page = `<main>
  <form id="note"><input name="title" value="Old"><textarea name="text"></textarea>
    <select name="size"><option value="s" selected>S</option><option value="m">M</option></select>
    <input type="checkbox" name="tag" value="a" checked><input type="checkbox" name="tag" value="b">
    <input type="hidden" name="version" value="3"><button>Save</button></form>
  <form action="/press"><input type="hidden" name="intent" value="go"><button>Go</button></form>
  <form id="secret"><input name="who" value=""><input type="password" name="password"></form>
</main>`;

beforeEach(() => {
  document.body.innerHTML = page;
});
const form = () => document.querySelector<HTMLFormElement>('#note') as HTMLFormElement;
const named = (name: string) => form().elements.namedItem(name) as HTMLInputElement;
const boxes = () => [...form().querySelectorAll<HTMLInputElement>('[type=checkbox]')];

test('only forms that ask for something count, and only changed ones without a password are kept', () => {
  expect(formsOf(document).map(formKey)).toEqual(['note', 'secret']);
  expect(worthKeeping(form())).toBe(false);
  named('text').value = 'half a sentence';
  expect(worthKeeping(form())).toBe(true);
  const secret = document.querySelector<HTMLFormElement>('#secret') as HTMLFormElement;
  (secret.elements.namedItem('who') as HTMLInputElement).value = 'me';
  expect(worthKeeping(secret)).toBe(false);
});

test('what stood there stands there again, and what belongs to the page stays the page’s', () => {
  named('title').value = 'New';
  named('text').value = 'half a sentence';
  named('size').value = 'm';
  for (const box of boxes()) box.checked = box.value === 'b';
  const kept = [...new FormData(form())].map(([name, value]) => [name, String(value)]) as unknown as KeptForm;
  document.body.innerHTML = page.replace('value="3"', 'value="4"');
  refill(form(), kept);
  expect([named('title').value, named('text').value, named('size').value]).toEqual(['New', 'half a sentence', 'm']);
  expect(boxes().map((box) => box.checked)).toEqual([false, true]);
  expect(named('version').value).toBe('4');
});

test('what was filled meanwhile, and a choice that is gone, are left alone', () => {
  named('text').value = 'by the draft';
  refill(form(), [
    ['text', 'older'],
    ['size', 'xl'],
  ]);
  expect([named('text').value, named('size').value]).toEqual(['by the draft', 's']);
});
