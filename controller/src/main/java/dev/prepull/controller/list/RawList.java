package dev.prepull.controller.list;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A labelled ConfigMap as it came, before anyone has read it.
 *
 * @param name the ConfigMap's name
 * @param resourceVersion the API server's; in standalone a hash of the content
 * @param data the text keys, sorted
 * @param binaryKeys the names of the keys under binaryData, which no list is read from
 */
public record RawList(
    String name, String resourceVersion, Map<String, String> data, Set<String> binaryKeys) {

  /** What a ConfigMap is to be labelled with. */
  public static final String LABEL = "prepull.dev/config";

  /** The value of that label. */
  public static final String LABEL_VALUE = "PrePullList";

  /** Copies and sorts. */
  public RawList {
    data = Collections.unmodifiableSortedMap(new TreeMap<>(data));
    binaryKeys = Collections.unmodifiableSortedSet(new TreeSet<>(binaryKeys));
  }
}
