import { Empty } from './states.tsx';

interface NoSessionProps {
  title: string;
  repositories: number;
  mayCreate: boolean;
  mayRegister: boolean;
}

/** No session to show, and the next action this very person can take. */
export function NoSession({ title, repositories, mayCreate, mayRegister }: NoSessionProps) {
  if (repositories === 0 && mayRegister) {
    return (
      <Empty title={title} action={{ to: '/repositories', words: 'Register a repository' }}>
        A session works on a git repository. Register one by its path or URL, or take the sample.
      </Empty>
    );
  }
  if (repositories === 0) {
    return <Empty title={title}>Sessions work on a git repository; a lead of the team registers one.</Empty>;
  }
  if (!mayCreate) {
    return <Empty title={title}>A member of the team creates sessions; you will see each step of them here.</Empty>;
  }
  return (
    <Empty title={title} action={{ to: '/sessions/new', words: 'New session' }}>
      Give it a goal and a repository; it shows every step while it happens.
    </Empty>
  );
}
