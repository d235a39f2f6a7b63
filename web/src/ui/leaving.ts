import { onBeforeUnmount } from 'vue';
import { onBeforeRouteLeave, useRouter } from 'vue-router';

/** Whether the way to another view has begun: whoever writes the address of its own view then would call it off. */
export function useLeaving(): () => boolean {
  let leaving = false;
  onBeforeRouteLeave(() => {
    leaving = true;
  });
  const end = useRouter().afterEach((_to, _from, failure) => {
    if (failure) leaving = false;
  });
  onBeforeUnmount(end);
  return () => leaving;
}
