package dev.prepull.controller.tls;

/**
 * What the link shows to agents.
 *
 * @param chain PEM, the server's own certificate first
 * @param key PEM of its key, PKCS #8
 * @param source where both come from, for messages
 */
public record ServingCertificate(String chain, String key, String source) {

  /** The source alone. */
  @Override
  public String toString() {
    return source;
  }
}
