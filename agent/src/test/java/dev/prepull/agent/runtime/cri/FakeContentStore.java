package dev.prepull.agent.runtime.cri;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import io.vertx.grpc.common.GrpcStatus;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A content store that holds what a test puts into it. */
final class FakeContentStore implements ContentStore {

  private record Manifest(String repository, Instant touched, Map<ImageDigest, Long> blobs) {}

  private final Map<ImageDigest, Manifest> manifests = new HashMap<>();
  private final Map<ImageDigest, Set<ImageDigest>> indexes = new HashMap<>();
  private final Map<ImageDigest, Long> arriving = new HashMap<>();
  private final Map<ImageDigest, Instant> held = new HashMap<>();
  private boolean broken;

  /** A pull wrote its label to this manifest at that time. */
  FakeContentStore touch(
      ImageDigest manifest, String repository, Instant time, Map<ImageDigest, Long> blobs) {
    manifests.put(manifest, new Manifest(repository, time, blobs));
    return this;
  }

  FakeContentStore index(ImageDigest index, ImageDigest manifest) {
    indexes.put(index, Set.of(manifest));
    return this;
  }

  void receive(ImageDigest blob, long bytes) {
    arriving.put(blob, bytes);
  }

  /** The blob leaves the list of arriving ones a moment before it is there. */
  void commit(ImageDigest blob) {
    arriving.remove(blob);
  }

  /** The blob has been there for ever. */
  void hold(ImageDigest blob) {
    hold(blob, Instant.EPOCH);
  }

  void hold(ImageDigest blob, Instant since) {
    arriving.remove(blob);
    held.put(blob, since);
  }

  void breakDown() {
    broken = true;
  }

  @Override
  public Map<ImageDigest, Long> arriving() {
    return Map.copyOf(arriving);
  }

  @Override
  public Set<ImageDigest> manifests(ImageReference reference, Instant since)
      throws GrpcCallException {
    if (broken) {
      throw new GrpcCallException(GrpcStatus.UNAVAILABLE, "broken down");
    }
    Set<ImageDigest> found = new HashSet<>();
    manifests.forEach((digest, manifest) -> {
      if (manifest.repository.equals(reference.repository()) && !manifest.touched.isBefore(since)) {
        found.add(digest);
      }
    });
    return found;
  }

  @Override
  public Set<ImageDigest> listedBy(ImageDigest index) {
    return indexes.getOrDefault(index, Set.of());
  }

  @Override
  public Optional<Map<ImageDigest, Long>> blobs(ImageDigest manifest) {
    return Optional.ofNullable(manifests.get(manifest)).map(Manifest::blobs);
  }

  @Override
  public Optional<Instant> arrived(ImageDigest blob) {
    return Optional.ofNullable(held.get(blob));
  }
}
