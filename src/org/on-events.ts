import type { Dispatcher } from 'undici';

type Listeners = { readonly [name: string]: (...args: readonly unknown[]) => unknown };

/** The handler of a request, and before it whoever listens. */
export function onEvents(handler: Dispatcher.DispatchHandler, listeners: Listeners): Dispatcher.DispatchHandler {
  return new Proxy(handler, {
    get: (target, name) => {
      const own: unknown = Reflect.get(target, name);
      const listener = typeof name === 'string' ? listeners[name] : undefined;
      if (typeof own !== 'function') return listener ?? own;
      return (...args: readonly unknown[]): unknown => {
        listener?.(...args);
        return Reflect.apply(own, target, args) as unknown;
      };
    },
  });
}
