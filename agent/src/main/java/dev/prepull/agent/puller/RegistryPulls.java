package dev.prepull.agent.puller;

import dev.prepull.agent.credentials.CredentialSource;
import dev.prepull.agent.credentials.FoundCredentials;
import dev.prepull.agent.puller.TriedCredentials.Try;
import dev.prepull.agent.runtime.ImageRuntime;
import dev.prepull.agent.runtime.PullOutcome;
import dev.prepull.agent.runtime.PullWatcher;
import dev.prepull.credentials.RegistryCredential;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.PullProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Pulls with one credential after another until the registry accepts one, and at last with none.
 * Blocks as runtime and source do; several threads may pull at once. Keeps no credential.
 *
 * @see <a
 *     href="https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kuberuntime/kuberuntime_image.go">PullImage
 *     of the kubelet</a>
 */
final class RegistryPulls {

  private final ImageRuntime runtime;
  private final CredentialSource source;

  RegistryPulls(ImageRuntime runtime, CredentialSource source) {
    this.runtime = runtime;
    this.source = source;
  }

  /**
   * Does the task. Another credential is tried only after an answer that may lie in the one before;
   * nothing else gets better by asking again at once.
   */
  PullOutcome pull(PullTask task, PullWatcher watcher) throws InterruptedException {
    FoundCredentials found = source.find(task.reference());
    List<Try> refused = new ArrayList<>();
    for (RegistryCredential credential : inOrder(found)) {
      if (!refused.isEmpty()) {
        // The registry has answered, so nothing is stuck.
        watcher.moved(PullProgress.UNKNOWN);
      }
      PullOutcome outcome = pull(task, credential, watcher);
      if (!(outcome instanceof PullOutcome.Failed failed)) {
        return outcome;
      }
      Try last = Try.of(credential, failed);
      if (!last.mayLieInTheCredential()) {
        return last.failed();
      }
      refused.add(last);
    }
    return new TriedCredentials(task.reference(), refused, found.problems()).failure();
  }

  private static List<RegistryCredential> inOrder(FoundCredentials found) {
    return Stream.concat(
            found.credentials().stream().filter(credential -> !credential.isAnonymous()),
            Stream.of(RegistryCredential.ANONYMOUS))
        .toList();
  }

  private PullOutcome pull(PullTask task, RegistryCredential credential, PullWatcher watcher)
      throws InterruptedException {
    ImageDigest target = task.target();
    return target == null
        ? runtime.pull(task.reference(), credential, watcher)
        : runtime.converge(task.reference(), target, credential, watcher);
  }
}
