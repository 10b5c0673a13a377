package dev.prepull.agent.credentials;

import dev.prepull.credentials.SafeText;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

/** What a program said when it failed, fit to be shown: one line, short, without secrets. */
final class ProgramWords {

  private static final int LONGEST = 300;

  private ProgramWords() {}

  /**
   * Makes it fit to be shown.
   *
   * @param secrets what must not be in it, whatever it looks like
   */
  static String shown(byte[] said, Collection<String> secrets) {
    String text = SafeText.of(new String(said, StandardCharsets.UTF_8), secrets);
    // What matters stands at the end, behind the log.
    return text.length() > LONGEST
        ? SafeText.HIDDEN + text.substring(text.length() - LONGEST)
        : text;
  }
}
