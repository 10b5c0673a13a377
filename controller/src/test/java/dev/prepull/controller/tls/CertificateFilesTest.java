package dev.prepull.controller.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.program.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificate and key in files. */
class CertificateFilesTest {

  @TempDir Path folder;
  private Path certificate = Path.of("");
  private Path key = Path.of("");

  @BeforeEach
  void write() throws IOException {
    certificate = Files.writeString(folder.resolve("tls.crt"), "chain");
    key = Files.writeString(folder.resolve("tls.key"), "key");
  }

  private CertificateFiles files() {
    return new CertificateFiles(certificate, key);
  }

  @Test
  void readsBothFiles() throws Exception {
    assertThat(files().read())
        .isEqualTo(new ServingCertificate("chain", "key", "--tls-cert and --tls-key"));
  }

  @Test
  void namesAFileThatIsMissing() {
    Path missing = folder.resolve("missing.crt");

    assertThatThrownBy(() -> new CertificateFiles(missing, key).read())
        .isInstanceOf(StartupException.class)
        .hasMessage(
            "Tried to read --tls-cert %s but there is no such file. Check the path and its permissions.",
            missing);
  }
}
