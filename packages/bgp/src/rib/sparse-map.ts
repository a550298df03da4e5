const nothing: readonly never[] = [];

/** A Map that takes no memory while it is empty: of thousands of sessions most announce nothing, and receive nothing. */
export class SparseMap<K, V> {
  #map: Map<K, V> | null = null;

  get size(): number {
    return this.#map === null ? 0 : this.#map.size;
  }

  get(key: K): V | undefined {
    return this.#map === null ? undefined : this.#map.get(key);
  }

  set(key: K, value: V): void {
    this.#map ??= new Map();
    this.#map.set(key, value);
  }

  /** With the last key goes the memory. */
  delete(key: K): void {
    if (this.#map?.delete(key) === true && this.#map.size === 0) this.#map = null;
  }

  clear(): void {
    this.#map = null;
  }

  keys(): Iterable<K> {
    return this.#map === null ? nothing : this.#map.keys();
  }

  values(): Iterable<V> {
    return this.#map === null ? nothing : this.#map.values();
  }

  entries(): Iterable<readonly [K, V]> {
    return this.#map === null ? nothing : this.#map.entries();
  }
}
