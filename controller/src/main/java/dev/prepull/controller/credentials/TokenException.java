package dev.prepull.controller.credentials;

/** A cloud gave no token. The message is fit to be shown: it has no secret. */
final class TokenException extends Exception {

  private static final long serialVersionUID = 1L;

  /**
   * Without a cause, whose message may have a secret.
   *
   * @param message what was tried, on what, why it failed and what to do, in whole sentences
   */
  TokenException(String message) {
    super(message);
  }
}
