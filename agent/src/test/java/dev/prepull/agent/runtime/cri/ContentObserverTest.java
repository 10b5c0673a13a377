package dev.prepull.agent.runtime.cri;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.agent.runtime.PullWatcher;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.PullProgress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ContentObserverTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant BEFORE = START.minusSeconds(1);
  private static final ImageDigest MANIFEST = digest("1");
  private static final ImageDigest OTHER_MANIFEST = digest("2");
  private static final ImageDigest INDEX = digest("3");
  private static final ImageDigest LAYER = digest("a");
  private static final ImageDigest BASE = digest("b");
  private static final ImageDigest OTHER_LAYER = digest("c");
  private static final Map<ImageDigest, Long> BLOBS = Map.of(LAYER, 100L, BASE, 50L);
  private static final Map<ImageDigest, Long> OTHER_BLOBS = Map.of(OTHER_LAYER, 1000L);

  private final FakeContentStore store = new FakeContentStore();
  private final RepositoryPulls pulls = new RepositoryPulls();
  private final AtomicLong usedBytes = new AtomicLong();
  private final List<PullProgress> seen = new ArrayList<>();

  @Test
  void isSilentWhileTheRegistryIs() throws Exception {
    store.touch(OTHER_MANIFEST, "team/app", BEFORE, OTHER_BLOBS);
    store.receive(OTHER_LAYER, 1);
    ContentObserver observer = observe("reg.example/team/app:1", seen);

    observer.look();

    assertThat(seen).isEmpty();
  }

  @Test
  void tellsTheBytesOfItsOwnLayersOnly() throws Exception {
    store.touch(MANIFEST, "team/app", START, BLOBS);
    store.hold(BASE);
    store.receive(LAYER, 7);
    store.receive(OTHER_LAYER, 500);
    ContentObserver observer = observe("reg.example/team/app:1", seen);

    observer.look();

    assertThat(seen).containsExactly(new PullProgress(57, 150));
  }

  @Test
  void isSilentWhileNothingMoves() throws Exception {
    store.touch(MANIFEST, "team/app", START, BLOBS);
    store.receive(LAYER, 7);
    ContentObserver observer = observe("reg.example/team/app:1", seen);
    observer.look();
    seen.clear();
    store.receive(OTHER_LAYER, 500);
    usedBytes.set(99);

    observer.look();

    assertThat(seen).isEmpty();
  }

  @Test
  void keepsTheFigureOfALayerThatIsBeingCommitted() throws Exception {
    store.touch(MANIFEST, "team/app", START, BLOBS);
    store.receive(LAYER, 100);
    store.receive(BASE, 10);
    ContentObserver observer = observe("reg.example/team/app:1", seen);
    observer.look();
    seen.clear();
    store.commit(LAYER);
    store.receive(BASE, 20);

    observer.look();

    assertThat(seen).containsExactly(new PullProgress(120, 150));
  }

  @Test
  void takesUnpackingForMovement() throws Exception {
    store.touch(MANIFEST, "team/app", START, BLOBS);
    store.hold(LAYER);
    store.hold(BASE);
    ContentObserver observer = observe("reg.example/team/app:1", seen);
    observer.look();
    seen.clear();
    usedBytes.set(12345);

    observer.look();

    assertThat(seen).containsExactly(new PullProgress(150, 150));
  }

  @Test
  void findsTheManifestOfADigestThroughItsIndex() throws Exception {
    store
        .touch(MANIFEST, "team/app", START, BLOBS)
        .touch(OTHER_MANIFEST, "team/app", START, OTHER_BLOBS)
        .index(INDEX, MANIFEST);
    ContentObserver observer = observe("reg.example/team/app@" + INDEX, seen);

    observer.look();

    assertThat(seen).containsExactly(new PullProgress(0, 150));
  }

  @Test
  void givesNoFiguresWhenTwoPullsOfOneRepositoryBeganTogether() throws Exception {
    ContentObserver observer = observe("reg.example/team/app:1", seen);
    observe("reg.example/team/app:2", new ArrayList<>());
    store.touch(MANIFEST, "team/app", START, BLOBS);
    store.receive(LAYER, 7);

    observer.look();

    assertThat(seen).containsExactly(PullProgress.UNKNOWN);
    assertThat(observer.complete()).isEqualTo(PullProgress.UNKNOWN);
  }

  @Test
  void tellsPullsOfOneRepositoryApartOnceOneIsDecided() throws Exception {
    store.touch(MANIFEST, "team/app", START, BLOBS);
    ContentObserver first = observe("reg.example/team/app:1", new ArrayList<>());
    first.look();
    ContentObserver second = observe("reg.example/team/app:2", seen);
    store.touch(OTHER_MANIFEST, "team/app", START, OTHER_BLOBS);
    store.receive(OTHER_LAYER, 10);

    second.look();

    assertThat(seen).containsExactly(new PullProgress(10, 1000));
  }

  @Test
  void decidesOnceTheOtherPullHasEnded() throws Exception {
    ContentObserver observer = observe("reg.example/team/app:1", seen);
    ContentObserver other = observe("reg.example/team/app:2", new ArrayList<>());
    store.touch(MANIFEST, "team/app", START, BLOBS);
    other.close();

    observer.look();

    assertThat(seen).containsExactly(new PullProgress(0, 150));
    assertThat(observer.complete()).isEqualTo(new PullProgress(150, 150));
  }

  @Test
  void tellsTheSizeOnceWithWhatWasMissingWhenThePullBegan() throws Exception {
    List<List<Long>> sizes = new ArrayList<>();
    ContentObserver observer =
        new ContentObserver(
            pulls.begin(ImageReference.parse("reg.example/team/app:1"), START),
            store,
            usedBytes::get,
            new PullWatcher() {
              @Override
              public void moved(PullProgress progress) {}

              @Override
              public void sized(long imageBytes, long missingBytes) {
                sizes.add(List.of(imageBytes, missingBytes));
              }
            });
    observer.look();
    store.touch(MANIFEST, "team/app", START, Map.of(LAYER, 100L, BASE, 50L, OTHER_LAYER, 7L));
    store.hold(BASE, BEFORE);
    store.hold(OTHER_LAYER, START.plusMillis(1));
    store.receive(LAYER, 30);

    observer.look();
    observer.look();

    assertThat(sizes).containsExactly(List.of(157L, 107L));
  }

  @Test
  void countsWhatItCannotSeeAsSilence() throws Exception {
    store.breakDown();
    ContentObserver observer = observe("reg.example/team/app:1", seen);

    observer.look();

    assertThat(seen).isEmpty();
  }

  @Test
  void readsConfigAndLayersOfAManifest() {
    String manifest =
        """
        {"config":{"digest":"%s","size":3},"layers":[{"digest":"%s","size":5},{"digest":"%s","size":5}]}
        """
            .formatted(MANIFEST, LAYER, LAYER);

    assertThat(ContainerdContentStore.blobs(manifest)).contains(Map.of(MANIFEST, 3L, LAYER, 5L));
    assertThat(ContainerdContentStore.blobs("{\"manifests\":[]}")).isEmpty();
    assertThat(ContainerdContentStore.blobs("no JSON")).isEmpty();
  }

  private ContentObserver observe(String reference, List<PullProgress> watched) {
    RepositoryPulls.Pull pull = pulls.begin(ImageReference.parse(reference), START);
    return new ContentObserver(pull, store, usedBytes::get, watched::add);
  }

  private static ImageDigest digest(String digit) {
    return new ImageDigest("sha256:" + digit.repeat(64));
  }
}
