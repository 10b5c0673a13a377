package dev.prepull.e2e.image;

import dev.prepull.e2e.testbed.Commands;
import dev.prepull.e2e.testbed.DeployedProgram;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * Images in a directory, as skopeo, crane, {@code ctr image import} and Docker read them.
 *
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/image-layout.md">OCI
 *     image-spec, image layout</a>
 */
final class OciLayout {

  static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  static final String INDEX = "application/vnd.oci.image.index.v1+json";
  static final String CONFIG = "application/vnd.oci.image.config.v1+json";
  static final String LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

  private final Path directory;
  private final List<String> named = new ArrayList<>();

  /** Begins an empty one there. */
  OciLayout(Path directory) {
    this.directory = directory;
    var _ = Commands.run(List.of("rm", "-rf", directory.toString()));
    try {
      Files.createDirectories(blobs(directory));
      Files.writeString(directory.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path directory() {
    return directory;
  }

  private static Path blobs(Path layout) {
    return layout.resolve("blobs/sha256");
  }

  /** Where the content of that digest is in a layout. */
  static Path file(Path layout, String digest) {
    return blobs(layout).resolve(digest.substring("sha256:".length()));
  }

  /** Adds text such as a manifest. */
  Blob add(String mediaType, String text) {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    String digest = "sha256:" + HexFormat.of().formatHex(sha256().digest(content));
    try {
      Files.write(file(directory, digest), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Blob(mediaType, digest, content.length);
  }

  /** Adds what another layout has. */
  Blob copy(Path layout, Blob blob) {
    try {
      Files.copy(
          file(layout, blob.digest()),
          file(directory, blob.digest()),
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return blob;
  }

  /**
   * Adds a layer of files that are all root's; the same files make the same layer, byte for byte.
   *
   * @param root the directory that holds them
   * @param names files and directories in it
   * @param under the directory that holds them in the image, without the first slash; may be empty
   */
  Layer layer(Path root, List<String> names, String under) {
    try {
      Path tar = Files.createTempFile(directory, "layer", ".tar");
      List<String> command =
          new ArrayList<>(
              List.of(
                  "tar",
                  "--create",
                  "--file=" + tar,
                  "--directory=" + root,
                  "--format=gnu",
                  "--sort=name",
                  "--owner=0",
                  "--group=0",
                  "--numeric-owner",
                  "--mode=u+rw,go+rX",
                  "--mtime=@" + DeployedProgram.MODIFIED.getEpochSecond(),
                  "--transform=flags=rSH;s,^," + under + ","));
      command.addAll(names);
      var _ = Commands.run(command);
      Layer layer = compress(tar);
      Files.delete(tar);
      return layer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Layer compress(Path tar) throws IOException {
    Path compressed = Files.createTempFile(directory, "layer", ".gz");
    MessageDigest outer = sha256();
    MessageDigest inner = sha256();
    try (InputStream in = Files.newInputStream(tar);
        OutputStream gzip =
            new DigestOutputStream(
                new GZIPOutputStream(
                    new DigestOutputStream(Files.newOutputStream(compressed), outer)),
                inner)) {
      in.transferTo(gzip);
    }
    Blob blob =
        new Blob(
            LAYER, "sha256:" + HexFormat.of().formatHex(outer.digest()), Files.size(compressed));
    Files.move(compressed, file(directory, blob.digest()), StandardCopyOption.REPLACE_EXISTING);
    return new Layer(blob, "sha256:" + HexFormat.of().formatHex(inner.digest()));
  }

  /** Names an image, under which skopeo finds it; writes the layout's index anew. */
  void name(Blob image, String name) {
    String descriptor = image.descriptor();
    named.add(
        descriptor.substring(0, descriptor.length() - 1)
            + ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"%s\"}}".formatted(name));
    try {
      Files.writeString(
          directory.resolve("index.json"),
          "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
              .formatted(INDEX, String.join(",", named)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
