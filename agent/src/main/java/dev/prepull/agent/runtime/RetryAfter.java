package dev.prepull.agent.runtime;

import dev.prepull.model.GoDuration;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds how long a registry asks to be left alone. No runtime passes the header on, but some
 * registries repeat it in the text of their error, which runtimes do pass on: {@code
 * toomanyrequests: retry-after: 985.86µs, allowed: 44000/minute}.
 */
public final class RetryAfter {

  /** The blank keeps a name that ends in a tag of that kind from being taken for it. */
  private static final Pattern TEXT =
      Pattern.compile("(?i:retry-after):\\s+(?<value>\\d(?:[\\d.a-zµ]*[\\da-zµ])?)");

  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");

  private RetryAfter() {}

  /** The wait that a registry's words name, however short or long; null when they name none. */
  public static @Nullable Duration in(String message) {
    Matcher text = TEXT.matcher(message);
    if (!text.find()) {
      return null;
    }
    String value = text.group("value");
    if (SECONDS.matcher(value).matches()) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    try {
      return GoDuration.parse(value);
    } catch (IllegalArgumentException e) {
      // Words that look like it.
      return null;
    }
  }
}
