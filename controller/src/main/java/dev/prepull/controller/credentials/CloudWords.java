package dev.prepull.controller.credentials;

import dev.prepull.credentials.SafeText;

/** What a cloud said when it gave no token, fit to be shown: one line, short, without secrets. */
final class CloudWords {

  private static final int LONGEST = 400;

  private CloudWords() {}

  /**
   * What went wrong, in the words of the SDK or the cloud; what matters stands at its beginning.
   */
  static String of(Throwable failure) {
    String message = failure.getMessage();
    return of(message == null ? failure.getClass().getSimpleName() : message);
  }

  /** Makes it fit to be shown. */
  static String of(String said) {
    String text = SafeText.of(said);
    return text.length() > LONGEST ? text.substring(0, LONGEST) + SafeText.HIDDEN : text;
  }
}
