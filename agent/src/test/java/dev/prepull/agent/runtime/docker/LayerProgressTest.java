package dev.prepull.agent.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.PullResponseItem;
import com.github.dockerjava.api.model.ResponseItem.ProgressDetail;
import dev.prepull.model.PullProgress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The sum over the layers of one pull. */
class LayerProgressTest {

  private final LayerProgress progress = new LayerProgress();

  @Test
  void knowsNothingBeforeTheFirstFigure() {
    assertThat(progress.add(status(null, "Pulling from team/app"))).isEqualTo(PullProgress.UNKNOWN);
    assertThat(progress.add(status("a", "Pulling fs layer"))).isEqualTo(PullProgress.UNKNOWN);
    assertThat(progress.add(status("a", "Waiting"))).isEqualTo(PullProgress.UNKNOWN);
  }

  @Test
  void addsUpTheLayers() {
    downloading("a", 10, 100);

    assertThat(downloading("b", 5, 50)).isEqualTo(new PullProgress(15, 150));
    assertThat(downloading("a", 60, 100)).isEqualTo(new PullProgress(65, 150));
  }

  @Test
  void countsALayerWholeOnceItIsDownloaded() {
    downloading("a", 10, 100);
    downloading("b", 5, 50);

    assertThat(progress.add(status("a", "Download complete")))
        .isEqualTo(new PullProgress(105, 150));
    assertThat(progress.add(status("b", "Verifying Checksum")))
        .isEqualTo(new PullProgress(150, 150));
  }

  @Test
  void doesNotMistakeExtractedBytesForDownloadedOnes() {
    downloading("a", 100, 100);

    assertThat(progress.add(figures("a", "Extracting", 1L, 100L)))
        .isEqualTo(new PullProgress(100, 100));
    assertThat(progress.add(status("a", "Pull complete"))).isEqualTo(new PullProgress(100, 100));
  }

  @Test
  void leavesOutALayerThatIsThereAlready() {
    downloading("a", 10, 100);

    assertThat(progress.add(status("b", "Already exists"))).isEqualTo(new PullProgress(10, 100));
  }

  @Test
  void goesBackWhenALayerBeginsAgain() {
    downloading("a", 90, 100);
    progress.add(status("a", "Retrying in 5 seconds"));

    assertThat(downloading("a", 10, 100)).isEqualTo(new PullProgress(10, 100));
  }

  @Test
  void takesAMissingTotalForUnknown() {
    assertThat(progress.add(figures("a", "Downloading", 7L, null)))
        .isEqualTo(new PullProgress(7, 0));
    assertThat(progress.add(figures("a", "Downloading", 8L, -1L)))
        .isEqualTo(new PullProgress(8, 0));
    assertThat(progress.add(figures("a", "Downloading", null, null)))
        .isEqualTo(PullProgress.UNKNOWN);
  }

  private PullProgress downloading(String layer, long current, long total) {
    return progress.add(figures(layer, "Downloading", current, total));
  }

  private static PullResponseItem status(@Nullable String layer, String status) {
    return new Line(layer, status, null);
  }

  private static PullResponseItem figures(
      String layer, String status, @Nullable Long current, @Nullable Long total) {
    return new Line(layer, status, new Figures(current, total));
  }

  /** A line as docker-java would have read it. */
  private static final class Line extends PullResponseItem {
    private final @Nullable String layer;
    private final String status;
    private final @Nullable ProgressDetail detail;

    Line(@Nullable String layer, String status, @Nullable ProgressDetail detail) {
      this.layer = layer;
      this.status = status;
      this.detail = detail;
    }

    @Override
    public @Nullable String getId() {
      return layer;
    }

    @Override
    public String getStatus() {
      return status;
    }

    @Override
    public @Nullable ProgressDetail getProgressDetail() {
      return detail;
    }
  }

  private static final class Figures extends ProgressDetail {
    private final @Nullable Long current;
    private final @Nullable Long total;

    Figures(@Nullable Long current, @Nullable Long total) {
      this.current = current;
      this.total = total;
    }

    @Override
    public @Nullable Long getCurrent() {
      return current;
    }

    @Override
    public @Nullable Long getTotal() {
      return total;
    }
  }
}
