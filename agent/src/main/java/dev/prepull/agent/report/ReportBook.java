package dev.prepull.agent.report;

import dev.prepull.agent.puller.PullListener;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;

/**
 * The newest report of each image, and which of them the controller has not seen. Thread-safe.
 *
 * <p>Reports coalesce: however slow the link, at most two per image wait, the newest and the one
 * with which a permit ended. That one is never overwritten before it is sent, so that the
 * controller learns of every permit what came of it. What an image consists of is told once, with
 * the outcome of the pull that showed it.
 */
public final class ReportBook implements PullListener {

  private final Map<ImageReference, ImageReport> newest = new TreeMap<>();

  /** Unsent reports with which a permit ended, or which tell of blobs. */
  private final Map<ImageReference, ImageReport> outcomes = new HashMap<>();

  /** The permit that ended last as far as reported, by image. */
  private final Map<ImageReference, Long> ended = new HashMap<>();

  /** Unsent last words on images that are not part of the plan; as many as permits were given. */
  private final Queue<ImageReport> partings = new ArrayDeque<>();

  private final Set<ImageReference> unsent = new LinkedHashSet<>();
  private Runnable onNews = () -> {};

  /** Calls back, on the reporting thread, whenever there is something to {@link #drain}. */
  public synchronized void onNews(Runnable callback) {
    onNews = callback;
  }

  @Override
  public void changed(ImageReport report) {
    Runnable callback;
    synchronized (this) {
      ImageReference reference = report.reference();
      ImageReport lasting = report.withBlobs(List.of());
      boolean outcome = isOutcome(report);
      if (outcome) {
        outcomes.put(reference, report);
        ended.put(reference, report.permit());
      }
      if (lasting.equals(newest.put(reference, lasting)) && !outcome) {
        return;
      }
      unsent.add(reference);
      callback = onNews;
    }
    callback.run();
  }

  private boolean isOutcome(ImageReport report) {
    boolean active = report.state() == ImageState.GRANTED || report.state() == ImageState.PULLING;
    boolean endsPermit =
        !active
            && report.permit() != 0
            && report.permit() != ended.getOrDefault(report.reference(), 0L);
    return endsPermit || !report.blobs().isEmpty();
  }

  @Override
  public synchronized void forgotten(ImageReference reference) {
    newest.remove(reference);
    outcomes.remove(reference);
    ended.remove(reference);
    unsent.remove(reference);
  }

  @Override
  public void parted(ImageReport last) {
    Runnable callback;
    synchronized (this) {
      partings.add(last);
      callback = onNews;
    }
    callback.run();
  }

  /** Forgets what was sent: a new stream begins, and the controller knows nothing. */
  public synchronized void restart() {
    partings.clear();
    unsent.addAll(newest.keySet());
  }

  /** Up to that many reports that the controller has not seen, oldest first; they count as sent. */
  public synchronized List<ImageReport> drain(int most) {
    List<ImageReport> drained = new ArrayList<>();
    while (drained.size() < most && !partings.isEmpty()) {
      drained.add(partings.remove());
    }
    var references = unsent.iterator();
    while (references.hasNext() && drained.size() < most) {
      ImageReference reference = references.next();
      ImageReport outcome = outcomes.remove(reference);
      ImageReport report = newest.get(reference);
      if (outcome != null) {
        drained.add(outcome);
      }
      boolean said = outcome != null && outcome.withBlobs(List.of()).equals(report);
      if (drained.size() == most && !said) {
        // the newest follows with the next message
        return drained;
      }
      references.remove();
      if (report != null && !said) {
        drained.add(report);
      }
    }
    return drained;
  }

  /** The newest report of every image, by name. */
  public synchronized List<ImageReport> all() {
    return List.copyOf(newest.values());
  }
}
