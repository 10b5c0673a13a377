package dev.prepull.agent.credentials;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.regex.Pattern;

/** What a program said when it failed, fit to be shown: one line, short, without secrets. */
final class ProgramWords {

  private static final int LONGEST = 300;
  private static final String HIDDEN = "…";

  private static final Pattern USER_OF_URL = Pattern.compile("://[^/\\s@]+@");
  private static final Pattern SCHEME = Pattern.compile("(?i)\\b(bearer|basic)\\s+\\S+");
  private static final Pattern NAMED =
      Pattern.compile(
          "(?i)([\\w.-]*(?:password|passwd|secret|token|authorization|(?:api|access)[_-]?key)[\\w.-]*[\"']?\\s*[:=]\\s*[\"']?)[^\\s\"',;}]+");

  /** Long and of upper case, lower case and digits: no word, name or path that is worth showing. */
  private static final Pattern RANDOM =
      Pattern.compile(
          "(?<![\\w+/=.-])(?=[\\w+/=.-]*[a-z])(?=[\\w+/=.-]*[A-Z])(?=[\\w+/=.-]*\\d)[\\w+/=.-]{20,}");

  private ProgramWords() {}

  /**
   * Makes it fit to be shown.
   *
   * @param secrets what must not be in it, whatever it looks like
   */
  static String shown(byte[] said, Collection<String> secrets) {
    String text =
        String.join(
            " ",
            new String(said, StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replaceAll("\\p{Cntrl}", "").strip())
                .filter(line -> !line.isEmpty())
                .toList());
    for (String secret : secrets) {
      text = secret.isBlank() ? text : text.replace(secret, HIDDEN);
    }
    text = USER_OF_URL.matcher(text).replaceAll("://" + HIDDEN + "@");
    text = SCHEME.matcher(text).replaceAll("$1 " + HIDDEN);
    text = NAMED.matcher(text).replaceAll("$1" + HIDDEN);
    text = RANDOM.matcher(text).replaceAll(HIDDEN);
    // What matters stands at the end, behind the log.
    return text.length() > LONGEST ? HIDDEN + text.substring(text.length() - LONGEST) : text;
  }
}
