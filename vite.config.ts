import { reactRouter } from '@react-router/dev/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [tailwindcss(), reactRouter()],
  server: {
    // Vite watches the root: leave out what the running server and the tests write.
    watch: { ignored: ['**/.data/**', '**/.tmp/**', '**/e2e/**', '**/server/**', '**/db/**', '**/bench/**'] },
  },
  // Named here so that the first page in development does not answer 504 while Vite discovers them.
  optimizeDeps: {
    include: [
      '@conform-to/react',
      '@conform-to/zod/v4',
      '@tanstack/react-virtual',
      '@xyflow/react',
      'class-variance-authority',
      'clsx',
      'get-nonce',
      'radix-ui',
      'react-diff-view',
      'react-resizable-panels',
      'remix-auth',
      'remix-auth-form',
      'socket.io-client',
      'zod',
    ],
  },
});
