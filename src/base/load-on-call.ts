/** The names of the methods of `T` that give an async iterable. */
type IterableNames<T> = {
  [K in keyof T]-?: T[K] extends (...args: never[]) => AsyncIterable<unknown> ? K : never;
}[keyof T];

type Method = (...args: readonly unknown[]) => unknown;

/**
 * A stand-in for an object all of whose methods are asynchronous: the real one is loaded when the first of them is called. A
 * command so pays only for the code that it runs.
 *
 * @param load makes the real object; called once
 * @param options.ready methods that are cheap enough to be at hand without loading
 * @param options.iterables names of the methods that give an async iterable instead of a promise
 */
export function loadOnCall<T extends object>(
  load: () => Promise<T>,
  options: { readonly ready?: Partial<T>; readonly iterables?: readonly IterableNames<T>[] } = {},
): T {
  let loaded: Promise<T> | undefined;
  const real = () => {
    loaded ??= load();
    return loaded;
  };
  const call = (object: T, name: PropertyKey, args: readonly unknown[]) => (object[name as keyof T] as Method)(...args);
  const iterables: readonly PropertyKey[] = options.iterables ?? [];
  const methods = new Map<PropertyKey, Method>();
  const methodOf = (name: PropertyKey): Method => {
    let method = methods.get(name);
    if (method === undefined) {
      method = iterables.includes(name)
        ? async function* (...args) {
            yield* call(await real(), name, args) as AsyncIterable<unknown>;
          }
        : async (...args) => call(await real(), name, args);
      methods.set(name, method);
    }
    return method;
  };
  return new Proxy((options.ready ?? {}) as T, {
    // `then` must stay undefined, or `await` would take the stand-in for a promise.
    get: (target, name, receiver) =>
      Reflect.has(target, name) || typeof name === "symbol" || name === "then"
        ? Reflect.get(target, name, receiver)
        : methodOf(name),
  });
}
