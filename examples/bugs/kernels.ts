/**
 * All bug kernels.
 *
 * @module
 */

import type { Kernel } from "./kernel.ts";
import { kernel as k01 } from "./goker/k_01_cockroach_584.ts";
import { kernel as k02 } from "./goker/k_02_etcd_5509.ts";
import { kernel as k03 } from "./goker/k_03_etcd_6708.ts";
import { kernel as k04 } from "./goker/k_04_grpc_795.ts";
import { kernel as k05 } from "./goker/k_05_hugo_5379.ts";
import { kernel as k06 } from "./goker/k_06_moby_17176.ts";
import { kernel as k07 } from "./goker/k_07_cockroach_10214.ts";
import { kernel as k08 } from "./goker/k_08_hugo_3251.ts";
import { kernel as k09 } from "./goker/k_09_kubernetes_13135.ts";
import { kernel as k10 } from "./goker/k_10_cockroach_16167.ts";
import { kernel as k11 } from "./goker/k_11_kubernetes_58107.ts";
import { kernel as k12 } from "./goker/k_12_cockroach_24808.ts";
import { kernel as k13 } from "./goker/k_13_cockroach_35073.ts";
import { kernel as k14 } from "./goker/k_14_etcd_6857.ts";
import { kernel as k15 } from "./goker/k_15_grpc_660.ts";
import { kernel as k16 } from "./goker/k_16_grpc_1424.ts";
import { kernel as k17 } from "./goker/k_17_kubernetes_5316.ts";
import { kernel as k18 } from "./goker/k_18_kubernetes_70277.ts";
import { kernel as k19 } from "./goker/k_19_moby_21233.ts";
import { kernel as k20 } from "./goker/k_20_syncthing_5795.ts";
import { kernel as k21 } from "./goker/k_21_cockroach_10790.ts";
import { kernel as k22 } from "./goker/k_22_cockroach_13197.ts";
import { kernel as k23 } from "./goker/k_23_grpc_862.ts";
import { kernel as k24 } from "./goker/k_24_istio_18454.ts";
import { kernel as k25 } from "./goker/k_25_moby_27782.ts";
import { kernel as k26 } from "./goker/k_26_moby_30408.ts";
import { kernel as k27 } from "./goker/k_27_etcd_6873.ts";
import { kernel as k28 } from "./goker/k_28_etcd_7492.ts";
import { kernel as k29 } from "./goker/k_29_grpc_1460.ts";
import { kernel as k30 } from "./goker/k_30_kubernetes_10182.ts";
import { kernel as k31 } from "./goker/k_31_moby_28462.ts";
import { kernel as k32 } from "./goker/k_32_serving_2137.ts";
import { kernel as k33 } from "./goker/k_33_cockroach_1462.ts";
import { kernel as k34 } from "./goker/k_34_moby_25384.ts";
import { kernel as k35 } from "./goker/k_35_etcd_8194.ts";
import { kernel as k36 } from "./goker/k_36_grpc_3090.ts";
import { kernel as k37 } from "./goker/k_37_istio_8144.ts";
import { kernel as k38 } from "./goker/k_38_kubernetes_81091.ts";
import { kernel as k39 } from "./goker/k_39_etcd_4876.ts";
import { kernel as k40 } from "./goker/k_40_etcd_9446.ts";
import { kernel as k41 } from "./goker/k_41_grpc_1748.ts";
import { kernel as k42 } from "./goker/k_42_kubernetes_79631.ts";
import { kernel as k43 } from "./goker/k_43_kubernetes_81148.ts";
import { kernel as k44 } from "./goker/k_44_kubernetes_89164.ts";
import { kernel as k45 } from "./goker/k_45_etcd_3077.ts";
import { kernel as k46 } from "./goker/k_46_grpc_1687.ts";
import { kernel as k47 } from "./goker/k_47_serving_3068.ts";
import { kernel as k48 } from "./goker/k_48_moby_27037.ts";
import { kernel as k49 } from "./goker/k_49_kubernetes_70892.ts";
import { kernel as k50 } from "./goker/k_50_serving_6171.ts";
import { kernel as k51 } from "./goker/k_51_kubernetes_13058.ts";
import { kernel as sb01 } from "./sctbench/sb_01_account_bad.ts";
import { kernel as sb02 } from "./sctbench/sb_02_carter01_bad.ts";
import { kernel as sb03 } from "./sctbench/sb_03_circular_buffer_bad.ts";
import { kernels as sb04 } from "./sctbench/sb_04_din_phil_sat.ts";
import { kernel as sb05 } from "./sctbench/sb_05_lazy01_bad.ts";
import { kernel as sb06 } from "./sctbench/sb_06_phase01_bad.ts";
import { kernels as sb07 } from "./sctbench/sb_07_reorder_bad.ts";
import { kernel as sb08 } from "./sctbench/sb_08_sync01_bad.ts";
import { kernel as sb09 } from "./sctbench/sb_09_stringbuffer_jdk14.ts";
import { kernel as sb10 } from "./sctbench/sb_10_aget_bug2.ts";
import { kernel as sb11 } from "./sctbench/sb_11_safestack.ts";
import { kernel as sb12 } from "./sctbench/sb_12_join_missing.ts";
import { kernel as js01 } from "./js/js_01_archiver_counters.ts";
import { kernel as js02 } from "./js/js_02_free_port.ts";
import { kernel as js03 } from "./js/js_03_global_option.ts";
import { kernel as js04 } from "./js/js_04_concurrency_limiter.ts";
import { kernel as js05 } from "./js/js_05_connection_too_late.ts";
import { kernel as js06 } from "./js/js_06_mutex_release.ts";
import { kernel as js07 } from "./js/js_07_lost_permit.ts";
import { kernel as js08 } from "./js/js_08_one_resolver.ts";
import { kernel as js09 } from "./js/js_09_return_while_next.ts";
import { kernel as js10 } from "./js/js_10_refresh_stampede.ts";
import { kernels as js11 } from "./js/js_11_queue.ts";
import { kernel as js12 } from "./js/js_12_lost_update.ts";
import { kernels as js13 } from "./js/js_13_stale_response.ts";
import { kernels as js14 } from "./js/js_14_lock_and_exceptions.ts";

/** All kernels, in the order of their numbers. */
export const KERNELS: readonly Kernel[] = [
  k01,
  k02,
  k03,
  k04,
  k05,
  k06,
  k07,
  k08,
  k09,
  k10,
  k11,
  k12,
  k13,
  k14,
  k15,
  k16,
  k17,
  k18,
  k19,
  k20,
  k21,
  k22,
  k23,
  k24,
  k25,
  k26,
  k27,
  k28,
  k29,
  k30,
  k31,
  k32,
  k33,
  k34,
  k35,
  k36,
  k37,
  k38,
  k39,
  k40,
  k41,
  k42,
  k43,
  k44,
  k45,
  k46,
  k47,
  k48,
  k49,
  k50,
  k51,
  sb01,
  sb02,
  sb03,
  ...sb04,
  sb05,
  sb06,
  ...sb07,
  sb08,
  sb09,
  sb10,
  sb11,
  sb12,
  js01,
  js02,
  js03,
  js04,
  js05,
  js06,
  js07,
  js08,
  js09,
  js10,
  ...js11,
  js12,
  ...js13,
  ...js14,
];
