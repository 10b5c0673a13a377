package dev.prepull.credentials;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The field {@code auth} of a docker config: base64 of {@code user:password}.
 *
 * @see <a
 *     href="https://github.com/kubernetes/kubernetes/blob/master/pkg/credentialprovider/config.go">
 *     decodeDockerConfigFieldAuth of the kubelet</a>
 */
record DockerAuth(String username, String password) {

  /**
   * Reads the field. Padding may be missing and lines may be broken. NULs and line ends behind the
   * password belong to who encoded it: {@code echo user:password | base64} leaves one.
   *
   * @throws IllegalArgumentException when it has another form; the message shows nothing of it
   */
  static DockerAuth parse(String field) {
    byte[] decoded;
    try {
      decoded = Base64.getDecoder().decode(field.replace("\n", "").replace("\r", ""));
    } catch (IllegalArgumentException e) {
      // Its message quotes a character of the secret.
      throw new IllegalArgumentException("is no base64; expected base64 of USER:PASSWORD");
    }
    String text = new String(decoded, StandardCharsets.UTF_8);
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException(
          "has no colon once decoded; expected base64 of USER:PASSWORD");
    }
    int end = text.length();
    while (end > colon + 1 && "\0\r\n".indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    return new DockerAuth(text.substring(0, colon), text.substring(colon + 1, end));
  }

  @Override
  public String toString() {
    return "DockerAuth";
  }
}
