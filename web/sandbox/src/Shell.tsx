// Around every screen for developers. It is there in worlds for trying out alone, and says so anywhere else.
import { Frame, type MenuGroup } from '@kit/desk/Frame';
import { Language } from '@kit/desk/Language';
import { Failed, Loading } from '@kit/desk/states';
import { asProblem, NO_CONNECTION } from '@kit/problem';
import { useQuery } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { worldQuery } from './queries';
import { useShown } from './shown';

function useMenu(): MenuGroup[] {
  const { say } = useShown();
  return [
    {
      items: [
        { to: '/', label: say('menu.start'), icon: 'home', isTab: true },
        { to: '/buyers', label: say('menu.buyers'), icon: 'people', isTab: true },
        { to: '/requests', label: say('menu.requests'), icon: 'list', isTab: true },
        { to: '/inbox', label: say('menu.inbox'), icon: 'bell', isTab: true },
      ],
    },
    {
      label: say('menu.world_group'),
      items: [
        { to: '/desks', label: say('menu.desks'), icon: 'store' },
        { to: '/faults', label: say('menu.faults'), icon: 'bolt' },
        { to: '/clock', label: say('menu.clock'), icon: 'clock' },
        { to: '/world', label: say('menu.world'), icon: 'globe' },
      ],
    },
  ];
}

/** In a live world nothing of this is there. */
function Elsewhere() {
  const { say } = useShown();
  return (
    <main className="lone">
      <div className="panel elsewhere">
        <img src="icon.svg" alt="" width="48" height="48" />
        <h1 tabIndex={-1}>{say('elsewhere.title')}</h1>
        <p className="quiet">{say('elsewhere.text')}</p>
        <Language />
      </div>
    </main>
  );
}

export function Shell() {
  const { say } = useShown();
  const menu = useMenu();
  const world = useQuery(worldQuery);
  if (world.data === undefined) {
    if (world.isError && asProblem(world.error).status === 404) {
      return <Elsewhere />;
    }
    return (
      <main className="lone">
        {world.isError ? <Failed thrown={world.error} again={() => void world.refetch()} /> : <Loading lines={6} />}
      </main>
    );
  }
  return (
    <Frame
      desk={say('desk')}
      menu={menu}
      banner={<p className="play">{say('play')}</p>}
      isCutOff={world.isError && asProblem(world.error).code === NO_CONNECTION}
    >
      <Outlet />
    </Frame>
  );
}
