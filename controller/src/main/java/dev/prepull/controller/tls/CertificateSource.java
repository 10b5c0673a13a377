package dev.prepull.controller.tls;

import dev.prepull.program.StartupException;
import java.util.function.Consumer;

/** Where the link's certificate comes from. */
public interface CertificateSource {

  /**
   * The certificate to begin with. Blocks.
   *
   * @throws StartupException when there is none
   */
  ServingCertificate read() throws StartupException;

  /**
   * Tells whenever there is another one, after {@link #read}, for as long as the program runs. Once
   * per object.
   *
   * @param changed is called by any thread, by one at a time
   */
  void follow(Consumer<ServingCertificate> changed);
}
