package dev.prepull.controller.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.prepull.controller.list.NodeSelectorTerm;
import dev.prepull.controller.list.NodeSelectorTerm.Operator;
import dev.prepull.controller.list.NodeSelectorTerm.Requirement;
import dev.prepull.controller.list.NodeTarget;
import dev.prepull.controller.list.Toleration;
import dev.prepull.controller.plan.NodeInfo.Taint;
import dev.prepull.model.NodeName;
import dev.prepull.model.Platform;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The operators of affinities and tolerations, row by row as the Kubernetes API defines them. */
class NodeMatchTest {

  private static NodeInfo node(Map<String, String> labels, List<Taint> taints) {
    return new NodeInfo(new NodeName("node-1"), Platform.parse("linux/amd64"), labels, taints);
  }

  @ParameterizedTest(name = "{0} {1} {2}: {3}")
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # label, operator, values, matches
          a,    In,             a b, true
          b,    In,             a b, true
          c,    In,             a b, false
          -,    In,             a b, false
          a,    NotIn,          a b, false
          c,    NotIn,          a b, true
          -,    NotIn,          a b, true
          '',   Exists,         '',  true
          -,    Exists,         '',  false
          '',   DoesNotExist,   '',  false
          -,    DoesNotExist,   '',  true
          5,    Gt,             4,   true
          5,    Gt,             5,   false
          -1,   Gt,             -2,  true
          x,    Gt,             4,   false
          -,    Gt,             4,   false
          4,    Lt,             5,   true
          5,    Lt,             5,   false
          9999999999, Gt,       1,   true
          x,    Lt,             4,   false
          -,    Lt,             4,   false
          """)
  void comparesLabelsAsNodeAffinityDoes(
      @Nullable String label, String operator, String values, boolean matches) {
    List<String> list = values.isEmpty() ? List.of() : List.of(values.split(" "));
    Requirement requirement = new Requirement("label", operator(operator), list);
    NodeTarget target =
        new NodeTarget(
            Map.of(),
            List.of(new NodeSelectorTerm(List.of(requirement), List.of())),
            null,
            List.of());
    NodeInfo node = node(label == null ? Map.of() : Map.of("label", label), List.of());

    assertThat(NodeMatch.matches(target, node)).isEqualTo(matches);
  }

  private static Operator operator(String word) {
    return List.of(Operator.values()).stream()
        .filter(operator -> operator.word().equals(word))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest(name = "{0} {1} {2} {3} for {4}={5}:{6}: {7}")
  @CsvSource(
      textBlock =
          """
          # toleration: key, operator, value, effect; taint: key, value, effect; tolerates
          k,  EQUAL,  v,  '',         k, v,  NoSchedule,       true
          k,  EQUAL,  v,  '',         k, v,  NoExecute,        true
          k,  EQUAL,  v,  NoSchedule, k, v,  NoSchedule,       true
          k,  EQUAL,  v,  NoSchedule, k, v,  NoExecute,        false
          k,  EQUAL,  v,  '',         k, w,  NoSchedule,       false
          k,  EQUAL,  '', '',         k, '', NoSchedule,       true
          k,  EQUAL,  '', '',         k, v,  NoSchedule,       false
          j,  EQUAL,  v,  '',         k, v,  NoSchedule,       false
          j,  EQUAL,  v,  '',         k, v,  PreferNoSchedule, true
          k,  EXISTS, '', '',         k, v,  NoSchedule,       true
          j,  EXISTS, '', '',         k, v,  NoSchedule,       false
          '', EXISTS, '', '',         k, v,  NoExecute,        true
          '', EXISTS, '', NoSchedule, k, v,  NoExecute,        false
          """)
  void toleratesTaintsAsPodsDo(
      String key,
      Toleration.Operator operator,
      String value,
      String effect,
      String taintKey,
      String taintValue,
      String taintEffect,
      boolean tolerates) {
    NodeTarget target =
        new NodeTarget(
            Map.of(), List.of(), List.of(new Toleration(key, operator, value, effect)), List.of());
    NodeInfo node = node(Map.of(), List.of(new Taint(taintKey, taintValue, taintEffect)));

    assertThat(NodeMatch.matches(target, node)).isEqualTo(tolerates);
  }

  @ParameterizedTest
  @CsvSource({
    "node.kubernetes.io/unschedulable, NoSchedule, true",
    "node.kubernetes.io/not-ready, NoExecute, true",
    "node.kubernetes.io/unreachable, NoExecute, true",
    "node.kubernetes.io/network-unavailable, NoSchedule, true",
    "node.kubernetes.io/disk-pressure, NoSchedule, true",
    "node.kubernetes.io/memory-pressure, NoSchedule, true",
    "node.kubernetes.io/pid-pressure, NoSchedule, true",
    "node.cloudprovider.kubernetes.io/uninitialized, NoSchedule, true",
    "node.kubernetes.io/out-of-service, NoExecute, false",
    "node-role.kubernetes.io/control-plane, NoSchedule, false"
  })
  void anImageThatToleratesNothingStaysOnANodeThatIsCordonedOrUnwell(
      String taint, String effect, boolean matches) {
    NodeTarget target = new NodeTarget(Map.of(), List.of(), List.of(), List.of());

    assertThat(NodeMatch.matches(target, node(Map.of(), List.of(new Taint(taint, "", effect)))))
        .isEqualTo(matches);
  }
}
