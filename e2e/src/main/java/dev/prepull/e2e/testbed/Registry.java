package dev.prepull.e2e.testbed;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A docker-registry, on the loopback address if it is not said otherwise. */
public final class Registry implements AutoCloseable {

  private static final Pattern ACCESS_LOG =
      Pattern.compile("\\[([^\\[\\]]+)] \"(GET|HEAD) (/v2/\\S*) HTTP");

  private static final DateTimeFormatter LOG_TIME =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ROOT);

  private static final String LOOPBACK = "127.0.0.1";

  /** A guarded one says that it wants a password. */
  private static final Set<Integer> READY = Set.of(200, 401);

  private final Workspace workspace;
  private final String name;
  private final Path data;
  private final int port;
  private final String address;
  private final @Nullable ServerCertificate certificate;
  private final Path config;
  private final Path log;
  private final HttpClient http;
  private Daemon daemon;
  private int forgotten;

  private Registry(
      Workspace workspace,
      Path data,
      String name,
      String address,
      int port,
      RegistryAccess access,
      @Nullable ServerCertificate certificate) {
    this.workspace = workspace;
    this.name = name;
    this.data = data;
    this.port = port;
    this.certificate = certificate;
    this.address = address;
    this.http =
        certificate == null
            ? HttpClient.newHttpClient()
            : HttpClient.newBuilder().sslContext(certificate.trust()).build();
    this.config =
        workspace.file(
            name + "/config.yml",
            configuration(RegistryAccess.configuration(access, workspace, name)));
    this.log = workspace.newFile(name + "/log");
    this.daemon = launch();
  }

  /** Starts one that keeps its images in the workspace's directory {@code name}. */
  public static Registry start(Workspace workspace, String name, int port) {
    Path data = workspace.directory(name).resolve("data");
    return workspace.add(
        new Registry(workspace, data, name, LOOPBACK, port, new RegistryAccess.Open(), null));
  }

  /** Starts another one that serves the same images at another address of this machine. */
  Registry startAt(String otherAddress, String otherName) {
    return workspace.add(
        new Registry(
            workspace, data, otherName, otherAddress, port, new RegistryAccess.Open(), null));
  }

  /** Starts another one that serves the same images, and them only to whom it lets in. */
  public Registry startGuarded(String name, int guardedPort, RegistryAccess access) {
    return workspace.add(new Registry(workspace, data, name, LOOPBACK, guardedPort, access, null));
  }

  /**
   * The same by HTTPS, with a certificate by a CA that nobody trusts who is not told to, at a
   * {@link LoopbackAddress}.
   */
  public Registry startSecure(String name, int securePort, RegistryAccess access) {
    var _ = workspace.add(LoopbackAddress.add());
    ServerCertificate own = ServerCertificate.make(workspace, name, LoopbackAddress.VALUE);
    return workspace.add(
        new Registry(workspace, data, name, LoopbackAddress.VALUE, securePort, access, own));
  }

  /** Lets in others than before, at once: the registry reads its users again when they change. */
  public void letIn(RegistryAccess.Password others) {
    var _ = RegistryAccess.configuration(others, workspace, name);
  }

  private String configuration(String access) {
    String tls =
        certificate == null
            ? ""
            : ", tls: {certificate: %s, key: %s}"
                .formatted(certificate.chain(), certificate.keyFile());
    return """
    version: 0.1
    log: {level: warn}
    storage: {filesystem: {rootdirectory: %s}, delete: {enabled: true}}
    http: {addr: "%s"%s}
    %s
    """
        .formatted(data, host(), tls, access);
  }

  private Daemon launch() {
    if (Ports.isTaken(address, port)) {
      throw new TestbedException(
          "the registry cannot listen on %s: something else does; stop it first".formatted(host()));
    }
    return Daemon.start(
            "docker-registry",
            log,
            Map.of("OTEL_TRACES_EXPORTER", "none"),
            List.of("docker-registry", "serve", config.toString()))
        .awaitReady(() -> READY.contains(send(HttpRequest.newBuilder(uri("/v2/"))).statusCode()));
  }

  /** Host and port as they stand in an image reference. */
  public String host() {
    return address + ":" + port;
  }

  /** The CA of its certificate, PEM; empty when it speaks plain HTTP. */
  public Optional<Path> ca() {
    return Optional.ofNullable(certificate).map(ServerCertificate::ca);
  }

  /** Where it answers. */
  public URI url() {
    return uri("");
  }

  private URI uri(String path) {
    return URI.create((certificate == null ? "http://" : "https://") + host() + path);
  }

  /** Stops answering; the images stay. */
  public void stop() {
    daemon.terminate();
  }

  /** Answers again. */
  public void resume() {
    daemon = launch();
  }

  /** What was asked since the start, or since {@link #forgetRequests}; times to one second. */
  public List<RegistryRequest> requests() {
    return ACCESS_LOG
        .matcher(daemon.log())
        .results()
        .map(match ->
            new RegistryRequest(
                OffsetDateTime.parse(match.group(1), LOG_TIME).toInstant(),
                match.group(2),
                match.group(3)))
        .skip(forgotten)
        .toList();
  }

  /** Begins to count anew. */
  public void forgetRequests() {
    forgotten += requests().size();
  }

  /** Whether the repository has the tag. */
  public boolean has(String repository, String tag) {
    return sendQuietly(
                HttpRequest.newBuilder(uri("/v2/%s/manifests/%s".formatted(repository, tag)))
                    .header("Accept", TestImage.MANIFEST_TYPE)
                    .method("HEAD", HttpRequest.BodyPublishers.noBody()))
            .statusCode()
        == 200;
  }

  /** Pushes an image under the tag and returns the digest of its manifest. */
  public String push(String repository, String tag, TestImage image) {
    image.blobs().forEach((digest, content) -> putBlob(repository, digest, content));
    return putManifest(repository, tag, image.manifest());
  }

  /** Pushes images of several architectures under the tag and returns the digest of their index. */
  public String pushIndex(String repository, String tag, Map<String, TestImage> byArchitecture) {
    byArchitecture.values().forEach(image -> push(repository, image.manifest().digest(), image));
    return putManifest(repository, tag, TestImage.index(byArchitecture));
  }

  private void putBlob(String repository, String digest, byte[] content) {
    HttpResponse<String> begun =
        expect(
            202,
            HttpRequest.newBuilder(uri("/v2/%s/blobs/uploads/".formatted(repository)))
                .POST(HttpRequest.BodyPublishers.noBody()));
    String location = begun.headers().firstValue("Location").orElseThrow();
    String separator = location.contains("?") ? "&" : "?";
    expect(
        201,
        HttpRequest.newBuilder(url().resolve(location + separator + "digest=" + digest))
            .header("Content-Type", "application/octet-stream")
            .PUT(HttpRequest.BodyPublishers.ofByteArray(content)));
  }

  private String putManifest(String repository, String reference, TestImage.Blob manifest) {
    expect(
        201,
        HttpRequest.newBuilder(uri("/v2/%s/manifests/%s".formatted(repository, reference)))
            .header("Content-Type", manifest.mediaType())
            .PUT(HttpRequest.BodyPublishers.ofByteArray(manifest.content())));
    return manifest.digest();
  }

  private HttpResponse<String> expect(int status, HttpRequest.Builder request) {
    HttpResponse<String> response = sendQuietly(request);
    if (response.statusCode() != status) {
      throw new TestbedException(
          "%s %s: expected %d but got %d: %s"
              .formatted(
                  response.request().method(),
                  response.uri(),
                  status,
                  response.statusCode(),
                  response.body()));
    }
    return response;
  }

  private HttpResponse<String> sendQuietly(HttpRequest.Builder request) {
    try {
      return send(request);
    } catch (IOException e) {
      throw new TestbedException("the registry at %s does not answer: %s".formatted(host(), e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TestbedException("interrupted while talking to the registry", e);
    }
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    daemon.close();
    http.close();
  }
}
