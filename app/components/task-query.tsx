import { useId } from 'react';
import { Form } from 'react-router';
import { parseQuery, selectTasks } from '../../server/domain/task-graph/query.ts';
import { plural } from '../format.ts';
import type { AddressInUse } from '../hooks/use-address.ts';
import type { GraphData } from './task-graph-model.ts';
import { Button } from './ui/button.tsx';

/** The part of a graph that the query in the address keeps, and what is wrong with the query. */
export function queried(data: GraphData, query: string): { data: GraphData; faults: readonly string[] } {
  const nodes = data.tasks.map(({ id, key, title, parentTaskId, status }) => ({
    ...{ id, key, title, parentId: parentTaskId, status },
  }));
  const { ids, faults } = selectTasks({ nodes, edges: data.edges }, parseQuery(query));
  if (ids === null) return { data, faults };
  const keeps = (id: string) => ids.has(id);
  return {
    faults,
    data: {
      ...data,
      tasks: data.tasks.filter((task) => keeps(task.id)),
      edges: data.edges.filter((edge) => keeps(edge.from) && keeps(edge.to)),
      criticalPath: data.criticalPath.filter(keeps),
      collisions: data.collisions?.filter((one) => keeps(one.first) && keeps(one.second)),
    },
  };
}

interface TaskQueryProps {
  address: AddressInUse;
  shown: number;
  total: number;
  faults: readonly string[];
}

/** One line that asks the graph; without scripts it is sent by its button. */
export function TaskQuery({ address, shown, total, faults }: TaskQueryProps) {
  const id = useId();
  return (
    <search className="border-b border-line-1 px-2 py-1">
      <Form className="flex flex-wrap items-center gap-1" onSubmit={(event) => event.preventDefault()}>
        <label htmlFor={id} className="sr-only">
          Ask the graph
        </label>
        <input
          id={id}
          name="q"
          type="search"
          defaultValue={address.query}
          onChange={(event) => address.go({ query: event.target.value }, { replace: true })}
          placeholder="+task  task+  state:failed  words"
          aria-describedby={`${id}-said`}
          aria-invalid={faults.length > 0}
          autoComplete="off"
          spellCheck={false}
          className="control min-w-40 flex-1"
        />
        <noscript>
          <Button type="submit">Ask</Button>
        </noscript>
        <output id={`${id}-said`} className="min-w-24 px-1 text-micro text-ink-3">
          {shown === total ? plural(total, 'task') : `${shown} of ${plural(total, 'task')}`}
        </output>
        {address.query !== '' && <Button onClick={() => address.go({ query: '' })}>Show all</Button>}
      </Form>
      {faults.map((fault) => (
        <p key={fault} role="alert" className="px-1 py-1 text-data text-broken">
          {fault}
        </p>
      ))}
    </search>
  );
}
