package dev.prepull.agent.link;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;

/** Says why an attach failed, in words that an operator can act on. */
final class Reasons {

  private Reasons() {}

  static String of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case CertificateException certificate -> {
          return "the controller's certificate is not trusted (%s); check --ca-file and the host name"
              .formatted(certificate.getMessage());
        }
        case ConnectException refused -> {
          return String.valueOf(refused.getMessage());
        }
        case UnknownHostException unknown -> {
          return "no such host: " + unknown.getMessage();
        }
        default -> {
          // the cause below may say more
        }
      }
    }
    return failure instanceof SSLException
        ? "TLS failed: " + failure.getMessage()
        : String.valueOf(failure.getMessage());
  }
}
