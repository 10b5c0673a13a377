package dev.prepull.controller.webhook;

import dev.prepull.controller.list.RawList;
import java.util.Map;

/**
 * A ConfigMap as it is, or as somebody wants it to be.
 *
 * @param labels sorted or not; only looked up in
 * @param content what a list would be read from
 */
record ConfigMapVersion(String namespace, Map<String, String> labels, RawList content) {

  /** Copies the labels. */
  ConfigMapVersion {
    labels = Map.copyOf(labels);
  }

  /** Whether a controller of that namespace reads it as a list. */
  boolean isListOf(String controllerNamespace) {
    return namespace.equals(controllerNamespace)
        && RawList.LABEL_VALUE.equals(labels.get(RawList.LABEL));
  }

  /** Whether a controller that has read the other has nothing new to read here. */
  boolean readsLike(ConfigMapVersion other) {
    return content.data().equals(other.content().data())
        && content.binaryKeys().equals(other.content().binaryKeys());
  }
}
