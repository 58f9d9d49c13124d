package org.gta4j.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a {@link PrefixCache} should do, said with a plain map from beginnings of texts and by
 * looking at all of them every time.
 */
final class PrefixModel {
  /** A text's beginning of whole blocks. */
  record Beginning(String flavour, List<Integer> ids) {
    boolean continues(Beginning other) {
      return flavour.equals(other.flavour)
          && ids.size() > other.ids.size()
          && ids.subList(0, other.ids.size()).equals(other.ids);
    }
  }

  /** Where its last block is. */
  static final class Entry {
    private final Beginning text;
    private Optional<Integer> block = Optional.empty();
    private boolean stored;
    private long used;

    private Entry(Beginning text) {
      this.text = text;
    }
  }

  private final Map<Beginning, Entry> entries = new HashMap<>();
  private final int storeLimit;
  private long clock;

  PrefixModel(int storeLimit) {
    this.storeLimit = storeLimit;
  }

  static Beginning beginning(String flavour, int[] ids, int blocks) {
    return new Beginning(flavour, Arrays.stream(ids, 0, blocks * 32).boxed().toList());
  }

  /** The entries of a text's beginning, the longest last. */
  private List<Entry> path(String flavour, int[] ids, int most) {
    List<Entry> path = new ArrayList<>();
    for (int blocks = 1; blocks * 32 <= Math.min(most, ids.length); blocks++) {
      Entry entry = entries.get(beginning(flavour, ids, blocks));
      if (entry == null) {
        break;
      }
      path.add(entry);
    }
    return path;
  }

  private void touch(List<Entry> path) {
    for (Entry entry : path.reversed()) {
      entry.used = ++clock;
    }
  }

  int matched(String flavour, int[] ids, int most) {
    return path(flavour, ids, most).size() * 32;
  }

  /**
   * How many blocks are found.
   *
   * @param inUse the blocks that sequences hold
   * @param available how many the pool has
   * @return how many, and of those how many came back
   */
  int[] match(String flavour, int[] ids, int most, Set<Integer> inUse, int available) {
    List<Entry> path = path(flavour, ids, most);
    touch(path);
    int found = 0;
    while (found < path.size() && path.get(found).block.isPresent()) {
      inUse.add(path.get(found++).block.get());
    }
    int away = path.size() - found;
    int room = available;
    if (away > room) {
      room += evict(Math.min(away - room, reclaimable(inUse)), inUse);
    }
    int restored = 0;
    while (restored < away
        && restored < room
        && path.get(found + restored).stored
        && (found + restored == 0 || path.get(found + restored - 1).block.isPresent())
        && entries.containsValue(path.get(found + restored))) {
      path.get(found + restored).block = Optional.of(-1 - restored); // The caller says which.
      restored++;
    }
    return new int[] {found + restored, restored};
  }

  /** Says in which blocks is what came back of a text's beginning. */
  void settle(String flavour, int[] ids, int... blocks) {
    for (int i = 0; i < blocks.length; i++) {
      Entry entry = entries.get(beginning(flavour, ids, i + 1));
      if (entry != null && entry.block.isPresent() && entry.block.get() < 0) {
        entry.block = Optional.of(blocks[i]);
      }
    }
  }

  /** Keeps a text; the blocks that its sequence has then. */
  int[] insert(String flavour, int[] ids, int[] blocks, int count) {
    int[] after = blocks.clone();
    for (int i = 0; i < count; i++) {
      Entry entry = entries.computeIfAbsent(beginning(flavour, ids, i + 1), Entry::new);
      if (entry.block.isPresent()) {
        after[i] = entry.block.get();
      } else {
        entry.block = Optional.of(blocks[i]);
      }
    }
    touch(path(flavour, ids, count * 32));
    return after;
  }

  int held() {
    return (int) entries.values().stream().filter(entry -> entry.block.isPresent()).count();
  }

  int stored() {
    return (int) entries.values().stream().filter(entry -> entry.stored).count();
  }

  /** The blocks it holds. */
  List<Integer> blocks() {
    return entries.values().stream().flatMap(entry -> entry.block.stream()).toList();
  }

  int reclaimable(Set<Integer> inUse) {
    return (int) blocks().stream().filter(block -> !inUse.contains(block)).count();
  }

  /** Frees blocks; how many. */
  int evict(int blocks, Set<Integer> inUse) {
    int freed = 0;
    while (freed < blocks) {
      Optional<Entry> idle = eldestLeaf(entry -> !inUse.contains(entry.block.orElseThrow()));
      if (idle.isEmpty()) {
        break;
      }
      free(idle.get());
      freed++;
    }
    while (freed < blocks && reclaimable(inUse) > 0) {
      Entry leaf = eldestLeaf(entry -> true).orElseThrow();
      if (inUse.contains(leaf.block.orElseThrow())) {
        leave(leaf);
      } else {
        free(leaf);
        freed++;
      }
    }
    return freed;
  }

  private Optional<Entry> eldestLeaf(Predicate<Entry> condition) {
    return entries.values().stream()
        .filter(entry -> entry.block.isPresent())
        .filter(condition)
        .filter(entry ->
            entries.values().stream()
                .noneMatch(other -> other.block.isPresent() && other.text.continues(entry.text)))
        .min(Comparator.comparingLong(entry -> entry.used));
  }

  private void free(Entry entry) {
    if (!entry.stored) {
      if (stored() == storeLimit) {
        entries.values().stream()
            .filter(other -> other.stored)
            .min(Comparator.comparingLong(other -> other.used))
            .filter(eldest -> eldest.used < entry.used)
            .ifPresent(eldest -> {
              eldest.stored = false;
              if (eldest.block.isEmpty()) {
                remove(eldest);
              }
            });
      }
      entry.stored = stored() < storeLimit;
    }
    leave(entry);
  }

  private void leave(Entry entry) {
    entry.block = Optional.empty();
    if (!entry.stored) {
      remove(entry);
    }
  }

  private void remove(Entry entry) {
    entries.values().removeIf(other -> other == entry || other.text.continues(entry.text));
  }
}
