package dev.prepull.controller.tls;

import dev.prepull.program.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The link's certificate and key in two files, which somebody else renews.
 *
 * @param certificate PEM
 * @param key PEM
 */
public record CertificateFiles(Path certificate, Path key) implements CertificateSource {

  @Override
  public ServingCertificate read() throws StartupException {
    return new ServingCertificate(
        text(certificate, "--tls-cert"), text(key, "--tls-key"), "--tls-cert and --tls-key");
  }

  private static String text(Path file, String flag) throws StartupException {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new StartupException(
          "Tried to read %s %s but %s. Check the path and its permissions."
              .formatted(
                  flag,
                  file,
                  e instanceof NoSuchFileException ? "there is no such file" : "failed: " + e),
          e);
    }
  }
}
