import { createContext } from 'react';

/** What this answer's inline scripts carry, while the server draws it; nobody knows it afterwards. */
export const NonceContext = createContext<string | undefined>(undefined);
