package dev.prepull.agent.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.net.PfxOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

/** A key and a certificate that signs itself, made by the JDK's keytool. */
record TestCertificate(Path keyStore, Path pem) {

  private static final String PASSWORD = "not-a-secret";
  private static final String ALIAS = "controller";

  /**
   * Makes one.
   *
   * @param subjects whom it is for, such as {@code ip:127.0.0.1}
   */
  static TestCertificate make(Path directory, String subjects) throws Exception {
    Path keyStore = Files.createTempFile(directory, "controller", ".p12");
    Files.delete(keyStore);
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                keyStore.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-dname",
                "CN=test",
                "-ext",
                "san=" + subjects)
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(keytool.exitValue()).as(said).isZero();
    return new TestCertificate(keyStore, pem(keyStore));
  }

  private static Path pem(Path keyStore) throws Exception {
    byte[] certificate =
        KeyStore.getInstance(keyStore.toFile(), PASSWORD.toCharArray())
            .getCertificate(ALIAS)
            .getEncoded();
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate);
    return Files.writeString(
        Path.of(keyStore + ".pem"),
        "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n");
  }

  /** For the server. */
  PfxOptions identity() {
    return new PfxOptions().setPath(keyStore.toString()).setPassword(PASSWORD);
  }
}
