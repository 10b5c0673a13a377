package dev.prepull.controller.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.prepull.loop.FakeEventLoop;
import dev.prepull.program.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that somebody else renews, under a running controller. */
class CertificateFilesTest {

  private final FakeEventLoop loop = new FakeEventLoop();
  private final List<ServingCertificate> shown = new ArrayList<>();

  @TempDir Path folder;
  private Path certificate = Path.of("");
  private Path key = Path.of("");

  @BeforeEach
  void write() throws IOException {
    certificate = Files.writeString(folder.resolve("tls.crt"), "chain");
    key = Files.writeString(folder.resolve("tls.key"), "key");
  }

  private CertificateFiles files() {
    return new CertificateFiles(certificate, key, loop, Runnable::run);
  }

  @Test
  void readsBothFiles() throws Exception {
    assertThat(files().read())
        .isEqualTo(new ServingCertificate("chain", "key", "--tls-cert and --tls-key"));
  }

  @Test
  void tellsACertificateThatHasChangedOnce() throws Exception {
    CertificateFiles files = files();
    files.read();
    files.follow(shown::add);

    Files.writeString(certificate, "renewed");
    loop.advance(CertificateFiles.INTERVAL.multipliedBy(3));

    assertThat(shown).extracting(ServingCertificate::chain).containsExactly("renewed");
  }

  @Test
  void keepsWhatItHasWhileAFileIsAwayAndGoesOnAfterwards() throws Exception {
    CertificateFiles files = files();
    files.read();
    files.follow(shown::add);

    Files.delete(key);
    loop.advance(CertificateFiles.INTERVAL);
    assertThat(shown).isEmpty();

    Files.writeString(key, "renewed");
    loop.advance(CertificateFiles.INTERVAL);
    assertThat(shown).extracting(ServingCertificate::key).containsExactly("renewed");
  }

  @Test
  void namesAFileThatIsMissing() {
    Path missing = folder.resolve("missing.crt");

    assertThatThrownBy(() -> new CertificateFiles(missing, key, loop, Runnable::run).read())
        .isInstanceOf(StartupException.class)
        .hasMessage(
            "Tried to read --tls-cert %s but there is no such file. Check the path and its permissions.",
            missing);
  }
}
