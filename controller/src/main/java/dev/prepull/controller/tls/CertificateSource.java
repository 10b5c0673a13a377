package dev.prepull.controller.tls;

import dev.prepull.program.StartupException;

/** Where the link's certificate comes from. */
@FunctionalInterface
public interface CertificateSource {

  /**
   * The certificate to show now. Blocks.
   *
   * @throws StartupException when there is none that can be read; says what was tried, why it
   *     failed and what to do
   */
  ServingCertificate read() throws StartupException;
}
