package dev.prepull.agent.report;

import dev.prepull.agent.puller.PullListener;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The newest report of each image, and which of them the controller has not seen. Reports coalesce:
 * however slow the link, at most one per image waits. Thread-safe.
 */
public final class ReportBook implements PullListener {

  private final Map<ImageReference, ImageReport> newest = new TreeMap<>();
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
      if (report.equals(newest.put(report.reference(), report))) {
        return;
      }
      unsent.add(report.reference());
      callback = onNews;
    }
    callback.run();
  }

  @Override
  public synchronized void forgotten(ImageReference reference) {
    newest.remove(reference);
    unsent.remove(reference);
  }

  /** Forgets what was sent: a new stream begins, and the controller knows nothing. */
  public synchronized void restart() {
    unsent.addAll(newest.keySet());
  }

  /** Up to that many reports that the controller has not seen, oldest first; they count as sent. */
  public synchronized List<ImageReport> drain(int most) {
    List<ImageReport> drained = new ArrayList<>();
    var references = unsent.iterator();
    while (references.hasNext() && drained.size() < most) {
      ImageReport report = newest.get(references.next());
      references.remove();
      if (report != null) {
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
