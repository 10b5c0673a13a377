package dev.prepull.controller.list;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong, or deserves a warning, in a list.
 *
 * @param configMap the ConfigMap's name
 * @param key the data key, or null when the ConfigMap as a whole is meant
 * @param line the line within the key's text, from 1; 0 when no line is meant
 * @param column the column within that line, from 1; 0 when no column is meant
 * @param found the offending text, shortened, or the empty string
 * @param expected what would have been right, in words
 */
public record Problem(
    String configMap, @Nullable String key, int line, int column, String found, String expected) {

  /** One line that names everything, as shown in status, Events and logs. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("ConfigMap ").append(configMap);
    if (key != null) {
      text.append(", key ").append(key);
    }
    if (line > 0) {
      text.append(", line ").append(line).append(", column ").append(column);
    }
    text.append(": ");
    if (!found.isEmpty()) {
      text.append('"').append(found).append("\": ");
    }
    return text.append(expected).toString();
  }
}
