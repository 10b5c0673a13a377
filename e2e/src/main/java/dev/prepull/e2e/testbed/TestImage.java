package dev.prepull.e2e.testbed;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * An image with layers of random bytes, which no registry or runtime can share or compress, and
 * with the program {@code /pause}.
 *
 * @param manifest the OCI image manifest
 * @param blobs configuration and layers by digest
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/manifest.md">OCI
 *     image-spec</a>
 */
public record TestImage(Blob manifest, Map<String, byte[]> blobs) {

  static final String MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
  static final String INDEX_TYPE = "application/vnd.oci.image.index.v1+json";
  private static final String CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
  private static final String LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip";

  /** Bytes with their media type. */
  public record Blob(String mediaType, byte[] content) {

    /** The digest, {@code sha256:…}. */
    public String digest() {
      return "sha256:" + sha256(content);
    }
  }

  /**
   * An image for this machine's platform.
   *
   * @param seed the same seed makes the same image, byte for byte
   * @param layers number of layers
   * @param layerBytes size of each
   */
  public static TestImage random(long seed, int layers, int layerBytes) {
    return random(seed, layers, layerBytes, Machine.ARCHITECTURE);
  }

  /** As {@link #random(long, int, int)}, for another architecture in Go's words. */
  public static TestImage random(long seed, int layers, int layerBytes, String architecture) {
    Random random = new Random(seed);
    Map<String, byte[]> blobs = new LinkedHashMap<>();
    List<String> diffIds = new ArrayList<>();
    List<String> descriptors = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      byte[] content = new byte[layerBytes];
      random.nextBytes(content);
      Map<String, byte[]> files = new LinkedHashMap<>(Map.of("data/layer" + i, content));
      if (i == 0) {
        files.put("pause", PauseProgram.of(architecture));
      }
      byte[] tar = tar(files);
      diffIds.add("\"sha256:" + sha256(tar) + "\"");
      descriptors.add(add(blobs, new Blob(LAYER_TYPE, gzip(tar))));
    }
    String config =
        """
        {"architecture":"%s","os":"linux","config":{"Cmd":["/pause"]},\
        "rootfs":{"type":"layers","diff_ids":[%s]}}\
        """
            .formatted(architecture, String.join(",", diffIds));
    String manifest =
        """
        {"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]}\
        """
            .formatted(
                MANIFEST_TYPE,
                add(blobs, new Blob(CONFIG_TYPE, bytes(config))),
                String.join(",", descriptors));
    return new TestImage(new Blob(MANIFEST_TYPE, bytes(manifest)), blobs);
  }

  /** The index of images for several platforms; their manifests are pushed beside it. */
  static Blob index(Map<String, TestImage> byArchitecture) {
    String manifests =
        byArchitecture.entrySet().stream()
            .map(image ->
                """
                {"mediaType":"%s","digest":"%s","size":%d,\
                "platform":{"architecture":"%s","os":"linux"}}\
                """
                    .formatted(
                        MANIFEST_TYPE,
                        image.getValue().manifest().digest(),
                        image.getValue().manifest().content().length,
                        image.getKey()))
            .collect(Collectors.joining(","));
    return new Blob(
        INDEX_TYPE,
        bytes(
            """
            {"schemaVersion":2,"mediaType":"%s","manifests":[%s]}\
            """
                .formatted(INDEX_TYPE, manifests)));
  }

  private static String add(Map<String, byte[]> blobs, Blob blob) {
    blobs.put(blob.digest(), blob.content());
    return """
    {"mediaType":"%s","digest":"%s","size":%d}\
    """
        .formatted(blob.mediaType(), blob.digest(), blob.content().length);
  }

  /**
   * The image as a file that {@code ctr images import} reads.
   *
   * @see <a href="https://github.com/opencontainers/image-spec/blob/main/image-layout.md">OCI image
   *     layout</a>
   */
  byte[] archive(String name) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("oci-layout", bytes("{\"imageLayoutVersion\":\"1.0.0\"}"));
    files.put(
        "index.json",
        bytes(
            """
            {"schemaVersion":2,"manifests":[{"mediaType":"%s","digest":"%s","size":%d,\
            "annotations":{"io.containerd.image.name":"%s"}}]}\
            """
                .formatted(MANIFEST_TYPE, manifest.digest(), manifest.content().length, name)));
    Map<String, byte[]> all = new LinkedHashMap<>(blobs);
    all.put(manifest.digest(), manifest.content());
    all.forEach((digest, content) -> files.put("blobs/" + digest.replace(':', '/'), content));
    return tar(files);
  }

  private static byte[] tar(Map<String, byte[]> files) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
        entry.setSize(file.getValue().length);
        entry.setModTime(0L);
        entry.setMode(0755);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] gzip(byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new FastGzip(bytes)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Random bytes do not get smaller; trying costs only time. */
  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(ByteArrayOutputStream out) throws IOException {
      super(out);
      def.setLevel(Deflater.NO_COMPRESSION);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
