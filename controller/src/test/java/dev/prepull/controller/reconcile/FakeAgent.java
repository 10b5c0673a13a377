package dev.prepull.controller.reconcile;

import dev.prepull.credentials.NodeCredentials;
import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.ImageReport;
import dev.prepull.model.ImageState;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodeName;
import dev.prepull.model.NodePlan;
import dev.prepull.model.Platform;
import dev.prepull.model.PullPermit;
import dev.prepull.model.PullProblem;
import dev.prepull.model.PullReason;
import dev.prepull.model.RuntimeInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An agent as the loop sees it: what it was sent, and how it reports. */
final class FakeAgent implements AgentSession {

  static final ImageDigest DIGEST = new ImageDigest("sha256:" + "1".repeat(64));

  private final Reconciler reconciler;
  private final NodeName node;

  /** The images of each plan that was sent, as written. */
  final List<List<String>> plans = new ArrayList<>();

  /** What was sent last of each lock, by image as written. */
  final Map<String, ImageDigest> locks = new TreeMap<>();

  /** Every permit that was given, in order. */
  final List<PullPermit> permits = new ArrayList<>();

  /** The credentials that were sent, in order. */
  final List<NodeCredentials> shown = new ArrayList<>();

  /** What was sent, in order: {@code plan}, {@code credentials}, {@code permits}. */
  final List<String> kinds = new ArrayList<>();

  /** Why the loop has ended the stream. */
  final List<String> closed = new ArrayList<>();

  private NodePlan plan = NodePlan.EMPTY;

  FakeAgent(Reconciler reconciler, String node) {
    this.reconciler = reconciler;
    this.node = new NodeName(node);
  }

  NodeHello hello() {
    return new NodeHello(
        node,
        new RuntimeInfo("containerd", "2.1.0"),
        Platform.parse("linux/amd64"),
        "0.1.0",
        Map.of(),
        3,
        List.of());
  }

  @Override
  public void send(NodePlan newPlan, Map<ImageReference, ImageDigest> known) {
    kinds.add("plan");
    plan = newPlan;
    plans.add(newPlan.images().stream().map(image -> image.reference().written()).toList());
    locks.clear();
    lock(known);
  }

  @Override
  public void show(NodeCredentials credentials) {
    kinds.add("credentials");
    shown.add(credentials);
  }

  @Override
  public void lock(Map<ImageReference, ImageDigest> changed) {
    changed.forEach((reference, digest) -> locks.put(reference.written(), digest));
  }

  @Override
  public void permit(Collection<PullPermit> given) {
    kinds.add("permits");
    permits.addAll(given);
  }

  /** The permits that were given, as {@code LOOK nginx:1}. */
  List<String> permitted() {
    return permits.stream().map(p -> p.purpose() + " " + p.reference().written()).toList();
  }

  @Override
  public void close(String why) {
    closed.add(why);
  }

  void acknowledge() {
    reconciler.acknowledged(this, plan.revision());
  }

  void refuse(String error) {
    reconciler.rejected(this, plan.revision(), error);
  }

  void reports(ImageState state, String... images) {
    for (String image : images) {
      ImageReference reference = ImageReference.parse(image);
      reconciler.reported(
          this,
          List.of(
              state == ImageState.PRESENT
                  ? ImageReport.present(reference, DIGEST, 1)
                  : ImageReport.of(reference, state)));
    }
  }

  void fails(String image, PullReason reason) {
    reconciler.reported(
        this,
        List.of(
            ImageReport.troubled(
                ImageReference.parse(image),
                ImageState.FAILED,
                new PullProblem(reason, "no " + image, 1, null))));
  }

  void says(ImageReport... reports) {
    reconciler.reported(this, List.of(reports));
  }

  void detach() {
    reconciler.detached(this);
  }
}
