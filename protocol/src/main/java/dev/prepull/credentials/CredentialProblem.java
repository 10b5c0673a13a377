package dev.prepull.credentials;

/**
 * Why credentials of a source cannot be used. Never shows any of its secrets.
 *
 * @param source what was read or asked, such as {@code Secret prepull-system/regcred}
 * @param key the path within the source, or the empty string when all of it is meant
 * @param line the line within the source's text, from 1; 0 when no line is meant
 * @param column the column within that line, from 1; 0 when no column is meant
 * @param what what is wrong and what would have been right, such as completes "the source …"
 */
public record CredentialProblem(String source, String key, int line, int column, String what) {

  /** A problem of a source as a whole. */
  public static CredentialProblem ofWhole(String source, String what) {
    return new CredentialProblem(source, "", 0, 0, what);
  }

  /** One line that names everything, as shown in status, Events and logs. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(source);
    if (!key.isEmpty()) {
      text.append(", key ").append(key);
    }
    if (line > 0) {
      text.append(", line ").append(line).append(", column ").append(column);
    }
    return text.append(": ").append(what).toString();
  }
}
