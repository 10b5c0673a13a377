package dev.prepull.controller.kube;

import dev.prepull.controller.list.RawList;
import dev.prepull.controller.plan.NodeInfo;
import dev.prepull.controller.signal.NodeView;
import dev.prepull.model.NodeName;
import dev.prepull.model.Platform;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Node;
import io.kubernetes.client.openapi.models.V1NodeCondition;
import io.kubernetes.client.openapi.models.V1NodeSystemInfo;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Taint;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** From the Kubernetes client's objects to our values. */
final class KubeObjects {

  /** Whether a node holds its plan, for selectors. */
  static final String READY_LABEL = "prepull.dev/ready";

  /** The type of the node condition that says the same. */
  static final String CONDITION = "ImagesPrePulled";

  private static final String OS_LABEL = "kubernetes.io/os";
  private static final String ARCH_LABEL = "kubernetes.io/arch";

  private KubeObjects() {}

  static RawList list(V1ConfigMap configMap) {
    V1ObjectMeta metadata = metadata(configMap);
    return new RawList(
        name(configMap),
        Objects.requireNonNullElse(metadata.getResourceVersion(), ""),
        orEmpty(configMap.getData()),
        configMap.getBinaryData() == null ? Set.of() : configMap.getBinaryData().keySet());
  }

  /**
   * The node as the planner sees it: without what this controller itself writes, or every plan
   * would follow from the one before.
   *
   * @param startupTaint key of the taint that is removed here; null for none
   */
  static NodeInfo node(V1Node node, @Nullable String startupTaint) {
    Map<String, String> labels = new HashMap<>(orEmpty(metadata(node).getLabels()));
    labels.remove(READY_LABEL);
    V1NodeSystemInfo system = node.getStatus() == null ? null : node.getStatus().getNodeInfo();
    // A kubelet tells its platform in the node's status; until it has, its labels do.
    Platform platform =
        new Platform(
            firstNonEmpty(
                system == null ? null : system.getOperatingSystem(), labels.get(OS_LABEL), "linux"),
            firstNonEmpty(
                system == null ? null : system.getArchitecture(),
                labels.get(ARCH_LABEL),
                "unknown"),
            null);
    return new NodeInfo(
        new NodeName(name(node)),
        platform,
        labels,
        taints(node).stream()
            .filter(taint -> !taint.getKey().equals(startupTaint))
            .map(taint ->
                new NodeInfo.Taint(
                    taint.getKey(),
                    Objects.requireNonNullElse(taint.getValue(), ""),
                    taint.getEffect()))
            .toList(),
        Objects.requireNonNullElse(metadata(node).getUid(), ""));
  }

  /** The node as it tells what it holds. */
  static NodeView view(V1Node node, @Nullable String startupTaint) {
    OffsetDateTime created = metadata(node).getCreationTimestamp();
    return new NodeView(
        new NodeName(name(node)),
        Objects.requireNonNullElse(metadata(node).getUid(), ""),
        created == null ? Instant.EPOCH : created.toInstant(),
        orEmpty(metadata(node).getLabels()).get(READY_LABEL),
        conditions(node).stream()
            .filter(condition -> condition.getType().equals(CONDITION))
            .map(V1NodeCondition::getStatus)
            .findFirst()
            .orElse(null),
        taints(node).stream().anyMatch(taint -> taint.getKey().equals(startupTaint)));
  }

  static List<V1Taint> taints(V1Node node) {
    return node.getSpec() == null || node.getSpec().getTaints() == null
        ? List.of()
        : node.getSpec().getTaints();
  }

  private static List<V1NodeCondition> conditions(V1Node node) {
    return node.getStatus() == null || node.getStatus().getConditions() == null
        ? List.of()
        : node.getStatus().getConditions();
  }

  static String name(KubernetesObject object) {
    return Objects.requireNonNullElse(metadata(object).getName(), "");
  }

  /** Takes away what nobody here reads, so that the informers' caches stay small. */
  static KubernetesObject stripped(KubernetesObject object) {
    metadata(object).setManagedFields(null);
    metadata(object).setAnnotations(null);
    if (object instanceof V1Node node && node.getStatus() != null) {
      node.getStatus().setImages(null);
      node.getStatus()
          .setConditions(
              conditions(node).stream()
                  .filter(condition -> condition.getType().equals(CONDITION))
                  .toList());
    }
    return object;
  }

  private static V1ObjectMeta metadata(KubernetesObject object) {
    return Objects.requireNonNull(object.getMetadata(), "every stored object has metadata");
  }

  private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
    return map == null ? Map.of() : map;
  }

  private static String firstNonEmpty(
      @Nullable String first, @Nullable String second, String otherwise) {
    if (first != null && !first.isEmpty()) {
      return first;
    }
    return second != null && !second.isEmpty() ? second : otherwise;
  }
}
