package dev.prepull.e2e.system;

import dev.prepull.e2e.image.ImageRelease;
import dev.prepull.e2e.testbed.Registry;
import dev.prepull.e2e.testbed.Workspace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Our own images, built once for all tests of a run: the agent's training takes a while. */
final class BuiltImages {

  static final String TAG = "it";

  private static @Nullable ImageRelease built;

  private BuiltImages() {}

  /** Pushes both to that registry and returns what they are called there, the agent's first. */
  static synchronized List<String> pushTo(Registry registry) throws InterruptedException {
    String prefix = registry.host() + "/prepull";
    ImageRelease known = built;
    if (known != null) {
      return known.pushBuilt(prefix);
    }
    ImageRelease release =
        ImageRelease.onDebian(Workspace.temporary().directory("images"), TAG, System.out);
    List<String> pushed = release.push(prefix);
    built = release;
    return pushed;
  }
}
