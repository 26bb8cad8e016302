export { default } from './session-graph.tsx';
