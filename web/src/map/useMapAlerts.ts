// What the map does for the queue: opens what comes, flies to what is sought, shows warnings and heat, turns to the cameras
// of the open alert.
import { onBeforeUnmount, watch, type ComputedRef } from 'vue';
import { useRoute } from 'vue-router';
import { useAlerts } from '../stores/alerts.ts';
import { useQueue } from '../stores/queue.ts';
import { useTown } from '../stores/town.ts';
import { useWarnings } from '../stores/warnings.ts';
import type { useMapView } from './useMapView.ts';
import { addWarningLayers, showHeat, showWarned } from './warnings.ts';

export function useMapAlerts(map: ReturnType<typeof useMapView>, wanted: ComputedRef<boolean>) {
  const queue = useQueue();
  const alerts = useAlerts();
  const warnings = useWarnings();
  const town = useTown();
  const route = useRoute();
  let due = '';

  if (wanted.value) {
    queue.restore(route.query);
    if (route.query.seek === '1') due = queue.open;
    queue.opensItself = true;
    warnings.follow('warnings');
    warnings.follow('heat', () => warnings.showHeat);
  }
  onBeforeUnmount(() => {
    queue.opensItself = false;
  });

  function seek(id: string): void {
    const alert = alerts.find(id);
    if (alert?.lon == null || alert.lat === null || !map.libre.value) {
      due = id; // it may come after the map, or the map after it
      return;
    }
    due = '';
    queue.show(id);
    map.toPlace([alert.lon, alert.lat]);
  }
  watch([map.libre, () => alerts.version], () => {
    if (due) seek(due);
  });
  watch(() => queue.query, () => map.tellAddress());

  watch([map.libre, () => queue.open, () => queue.cameras, () => town.setVersion], ([libre]) => {
    const alert = alerts.find(queue.open);
    if (!libre) return;
    const handles = queue.cameras.flatMap((id) => town.find(id)?.n ?? []);
    map.attend(alert && alert.lon !== null && alert.lat !== null ? [alert.lon, alert.lat] : null, handles);
  });

  watch(map.libre, (libre) => libre && wanted.value && addWarningLayers(libre));
  watch([map.libre, () => warnings.warnings, () => warnings.showWarnings, () => town.areaByCode], ([libre]) => {
    if (libre && wanted.value) showWarned(libre, town.areaByCode, warnings.showWarnings ? (warnings.warnings?.cells ?? []) : []);
  });
  watch([map.libre, () => warnings.heat, () => warnings.showHeat], ([libre]) => {
    if (libre && wanted.value) showHeat(libre, warnings.heat, warnings.showHeat);
  });
  watch(() => warnings.showHeat, (on) => on && void warnings.askHeat());
  return { seek };
}
