package dev.prepull.agent.runtime;

import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageBlob;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullReason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A registry in memory, and what each image consists of wherever it is. Thread-safe. */
final class FakeRegistry {

  private static final long CONFIG_BYTES = 100;
  private static final long LAYER_BYTES = 900;

  private final Map<String, ImageDigest> images = new TreeMap<>();
  private final Map<ImageDigest, List<ImageBlob>> blobs = new HashMap<>();
  private final Map<String, PullOutcome.Failed> failures = new HashMap<>();
  private final List<ImageReference> asked = new ArrayList<>();
  private final List<RegistryCredential> shown = new ArrayList<>();
  private final Map<String, Guard> guards = new HashMap<>();

  /** What a registry answers to all who do not show what it wants to see. */
  private record Guard(RegistryCredential wanted, PullOutcome.Failed answer) {

    boolean letsIn(RegistryCredential credential) {
      return RegistryCredential.distinct(List.of(wanted, credential)).size() == 1;
    }
  }

  synchronized void guard(String registry, RegistryCredential wanted, PullReason answer) {
    guards.put(
        registry,
        new Guard(wanted, new PullOutcome.Failed(answer, "the fake registry says so", null)));
  }

  /** Why the credential does not open the registry; noted as shown. */
  synchronized Optional<PullOutcome.Failed> refusal(
      ImageReference reference, RegistryCredential credential) {
    shown.add(credential);
    return Optional.ofNullable(guards.get(reference.registry()))
        .filter(guard -> !guard.letsIn(credential))
        .map(Guard::answer);
  }

  synchronized List<RegistryCredential> shown() {
    return List.copyOf(shown);
  }

  synchronized void push(ImageReference reference, ImageDigest digest) {
    images.put(reference.stored(), digest);
    images.put(reference.name() + "@" + digest, digest);
  }

  synchronized void alias(ImageReference reference, ImageReference alias) {
    images.put(alias.stored(), Objects.requireNonNull(images.get(reference.stored())));
  }

  synchronized void consist(ImageDigest digest, List<ImageBlob> parts) {
    blobs.put(digest, List.copyOf(parts));
  }

  synchronized void fail(ImageReference reference, PullOutcome.Failed failure) {
    failures.put(reference.stored(), failure);
  }

  synchronized void heal() {
    failures.clear();
  }

  /** What the reference means, as of now; null when there is no such thing. */
  synchronized @Nullable ImageDigest meaning(ImageReference reference) {
    return images.get(reference.stored());
  }

  /** What the reference means, as of now; noted as asked. */
  synchronized Optional<ImageDigest> resolve(ImageReference reference) {
    asked.add(reference);
    return Optional.ofNullable(meaning(reference));
  }

  synchronized Optional<PullOutcome.Failed> failure(ImageReference reference) {
    return Optional.ofNullable(failures.get(reference.stored()));
  }

  synchronized List<ImageReference> asked() {
    return List.copyOf(asked);
  }

  /** Config and layers of an image; two of its own when nobody has said otherwise. */
  synchronized List<ImageBlob> blobs(ImageDigest digest) {
    return blobs.computeIfAbsent(
        digest,
        ignored ->
            List.of(
                new ImageBlob(derived(digest, "c0"), CONFIG_BYTES),
                new ImageBlob(derived(digest, "1a"), LAYER_BYTES)));
  }

  private static ImageDigest derived(ImageDigest digest, String mark) {
    String value = digest.value();
    int hex = value.indexOf(':') + 1;
    return new ImageDigest(value.substring(0, hex) + mark + value.substring(hex + mark.length()));
  }
}
