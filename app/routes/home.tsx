export function meta() {
  return [{ title: 'OpenCode Industrial Orchestrator' }];
}

export default function Home() {
  return (
    <main>
      <h1>OpenCode Industrial Orchestrator</h1>
    </main>
  );
}
