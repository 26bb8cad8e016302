import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** Said by the screen reader after the title; shown unless `quiet`. */
  description: string;
  /** Title and description are read, not shown: the content says them itself. */
  quiet?: boolean;
  /** Called instead of giving the focus back, when what was chosen takes it elsewhere. */
  onCloseAutoFocus?: (event: Event) => void;
  children: ReactNode;
}

const overlayShape = 'fixed inset-0 z-40 bg-surface-0/80';
const dialogShape =
  'fixed inset-x-0 bottom-0 z-50 flex max-h-dvh flex-col border-4 border-inverse bg-surface-1 sm:inset-x-auto sm:bottom-auto sm:left-1/2 sm:top-20 sm:max-h-[calc(100dvh-7rem)] sm:w-full sm:max-w-2xl sm:-translate-x-1/2';

/** A modal sheet: at the foot of a phone, under the annunciator elsewhere. Escape and the close key leave it. */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  quiet = false,
  onCloseAutoFocus,
  children,
}: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={overlayShape} />
        <Radix.Content className={dialogShape} {...(onCloseAutoFocus === undefined ? {} : { onCloseAutoFocus })}>
          <div className={quiet ? 'sr-only' : 'flex items-start justify-between gap-4 border-b-2 border-line-2 p-4'}>
            <div>
              <Radix.Title className="text-title font-semibold">{title}</Radix.Title>
              <Radix.Description className="text-body text-ink-2">{description}</Radix.Description>
            </div>
            {!quiet && (
              <Radix.Close asChild>
                <Button>Close</Button>
              </Radix.Close>
            )}
          </div>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
