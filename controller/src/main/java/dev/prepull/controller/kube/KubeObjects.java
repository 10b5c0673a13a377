package dev.prepull.controller.kube;

import dev.prepull.controller.list.RawList;
import dev.prepull.controller.plan.NodeInfo;
import dev.prepull.model.NodeName;
import dev.prepull.model.Platform;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Node;
import io.kubernetes.client.openapi.models.V1NodeSystemInfo;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Taint;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** From the Kubernetes client's objects to our values. */
final class KubeObjects {

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

  static NodeInfo node(V1Node node) {
    Map<String, String> labels = orEmpty(metadata(node).getLabels());
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
    List<V1Taint> taints =
        node.getSpec() == null || node.getSpec().getTaints() == null
            ? List.of()
            : node.getSpec().getTaints();
    return new NodeInfo(
        new NodeName(name(node)),
        platform,
        labels,
        taints.stream()
            .map(taint ->
                new NodeInfo.Taint(
                    taint.getKey(),
                    Objects.requireNonNullElse(taint.getValue(), ""),
                    taint.getEffect()))
            .toList());
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
      node.getStatus().setConditions(null);
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
